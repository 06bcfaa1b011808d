/**
 * Builds what the package ships, third-party code included (bulla has no dependencies to install):
 *
 * - `dist/cli/`: the command, split CommonJS. A command loads only the chunks it runs, and on Node 20 a CommonJS entry
 *   starts about 5 ms sooner than an ES module.
 * - `dist/lib/`: the library, split ES modules.
 * - `dist/THIRD-PARTY-NOTICES.txt`: the licences of everything that was bundled. Written last: its time is the build's.
 *
 * `--if-stale` does nothing when dist is newer than all it was made from.
 */
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import * as esbuild from 'esbuild'
import { packCommonJs } from './commonjs.mjs'
import { noticesFor } from './notices.mjs'
import { PACKAGE_PLUGINS } from './package-plugins.mjs'
import { schemaValidatorsForEsbuild } from './schema-validators.mjs'
import { watModulesForEsbuild } from './wat.mjs'

const ROOT = resolve(import.meta.dirname, '..')
const NOTICES = join(ROOT, 'dist/THIRD-PARTY-NOTICES.txt')
const MADE_FROM = ['src', 'schemas', 'package.json', 'package-lock.json']
const MADE_BY = [
  'build.mjs',
  'cli-launcher.cjs',
  'commonjs.mjs',
  'in-place-of',
  'notices.mjs',
  'package-plugins.mjs',
  'schema-validators.mjs',
  'thread-launcher.cjs',
  'wat.mjs',
]

/** What goes into one file with our own code; other packages are larger than all of it and seldom needed. */
const GOES_WITH_US =
  /^(?:src\/|schemas\/|schema-validator:|nothing:|built-in:)|(?:^|\/)node_modules\/(?:ajv\/dist\/runtime|commander|node-diff3)\//
const STORES = ['binary', 'dotenv/store', 'ini/store', 'json/store', 'yaml/store'].map(
  (name) => `src/format/${name}.ts`,
)
/** What most hooks load, beside their start. */
const WITH_HOOKS = [
  ...STORES,
  'src/cli/hooks/hook-verdict.ts',
  'src/cli/show/messages.ts',
  'src/git/direct/direct-repository.ts',
  'src/git/git-folders.ts',
  'src/git/repository.ts',
  'src/operations/known/known-scanner.ts',
  'src/operations/known/known-store.ts',
  'src/operations/known/refresh-known.ts',
]
/** What threads of the command start with. */
const THREADS = ['look-thread', 'sieve-thread']
/** The commands on the values of files: they run in every deploy, and use less than half of the program. */
const VALUE_VERBS = {
  decrypt: 'decrypt',
  edit: 'edit',
  encrypt: 'encrypt',
  exec: 'exec',
  'exec-env': 'exec-env',
  'exec-file': 'exec-file',
  filestatus: 'filestatus',
  get: 'get',
  ls: 'ls',
  rotate: 'rotate',
  set: 'set',
  unset: 'unset',
  updatekeys: 'update-keys',
}
/** What most of them load. */
const WITH_VALUES = [
  ...STORES,
  ...Object.values(VALUE_VERBS).map((name) => `src/cli/commands/${name}.ts`),
  ...['dotenv', 'ini', 'json', 'yaml'].map((name) => `src/format/${name}/change.ts`),
  ...['aws-kms', 'azure-kv', 'gcp-kms', 'hc-vault', 'local'].map((name) => `src/keys/${name}/service.ts`),
  'node_modules/commander/esm.mjs',
  'src/config/user-config-path.ts',
  'src/config/user-config.ts',
  'src/format/yaml/split.ts',
  'src/git/committed-versions.ts',
  'src/git/git-folders.ts',
  'src/keys/services/call-policy.ts',
  'src/keys/wrapped/unwrap-identity.ts',
  'src/keys/wrapped/wrapping-calls.ts',
  'src/operations/known/opened-files.ts',
  'src/operations/policy.ts',
  'src/operations/values/only.ts',
  'src/platform/files/atomic-write.ts',
  'src/platform/files/create-folder.ts',
  'src/platform/editing.ts',
  'src/platform/files/files.ts',
  'src/platform/files/links.ts',
  'src/platform/programs/programs.ts',
  'src/platform/files/recipient-files.ts',
  'src/recipients/directory.ts',
]
/** sops's commands from before it had commands. */
const OLD_FORMS = ['-d', '--decrypt', '-e', '--encrypt', '-r', '--rotate', '--set']

/** @type {import('esbuild').BuildOptions} */
const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  charset: 'utf8',
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'none',
  // ES modules of packages that have both: they can be shaken, and split; and none of them calls require
  mainFields: ['module', 'main'],
  plugins: [schemaValidatorsForEsbuild(), watModulesForEsbuild(), ...PACKAGE_PLUGINS],
  logLevel: 'silent',
}

if (!process.argv.includes('--if-stale') || !isFresh()) await main()

async function main() {
  const started = performance.now()
  const cli = await buildCli()
  const library = await buildLibrary()
  const files = [...cli.files, ...library.files]
  const notices = noticesFor(ROOT, [cli.metafile, library.metafile])
  // everything is in memory by now: a build that fails leaves the old dist alone
  for (const folder of ['cli', 'lib']) rmSync(join(ROOT, 'dist', folder), { recursive: true, force: true })
  for (const { path, contents } of files) write(path, contents)
  chmodSync(join(ROOT, 'dist/cli/main.cjs'), 0o755)
  write(NOTICES, notices)
  const kib = Math.round(files.reduce((sum, file) => sum + file.contents.length, 0) / 1024)
  const ms = Math.round(performance.now() - started)
  console.error(
    `built ${cli.files.length} files of the command, ${library.files.length} of the library: ${kib} KiB, ${ms} ms`,
  )
}

/** esbuild splits only ES modules, so: split first, then turn the pieces into CommonJS. */
async function buildCli() {
  const outdir = join(ROOT, 'dist/cli')
  const main = 'src/cli/main.ts'
  const threads = Object.fromEntries(THREADS.map((name) => [name, `src/cli/${name}.ts`]))
  const entries = { main, values: main, hook: 'src/cli/hook-main.ts', ...threads }
  const { metafile, outputFiles } = await bundle({
    entryPoints: [...new Set(Object.values(entries))],
    outdir,
    outExtension: { '.js': '.cjs' },
  })
  const { program, alone, chunks } = await packCommonJs({
    ...{ files: outputFiles, metafile, entries, together: GOES_WITH_US },
    alone: { values: WITH_VALUES, hook: WITH_HOOKS },
  })
  const launcher = readFileSync(join(ROOT, 'scripts/cli-launcher.cjs'), 'utf8')
  const programs = Object.entries({ program, ...alone })
  const buildId = createHash('sha256').update(programs.join('\n')).digest('hex')
  const files = [
    {
      path: join(outdir, 'main.cjs'),
      contents: launcher
        .replace('__BUILD_ID__', buildId)
        .replace('__VERBS__', await verbs())
        .replace('__VALUE_VERBS__', [...Object.keys(VALUE_VERBS), ...OLD_FORMS].join(' '))
        .replace('__HOOKS__', await hooks()),
    },
    ...programs.map(([name, contents]) => ({ path: join(outdir, `${name}.cjs`), contents })),
    ...THREADS.map((name) => ({
      path: join(outdir, `${name}.cjs`),
      contents: readFileSync(join(ROOT, 'scripts/thread-launcher.cjs'), 'utf8'),
    })),
    ...chunks.map(({ name, contents }) => ({ path: join(outdir, 'chunks', name), contents })),
  ]
  return { metafile, files }
}

/** The words that the launcher tells runs apart by. */
async function verbs() {
  // nothing is imported: commands are loaded when they are run
  const { COMMANDS } = await evaluate('src/cli/commands.ts')
  return [...Object.keys(COMMANDS), ...OLD_FORMS].join(' ')
}

async function hooks() {
  const { HOOK_NAMES } = await evaluate('src/operations/hooks/hook-names.ts')
  return HOOK_NAMES.join(' ')
}

/** A source without imports. @param {string} source */
function evaluate(source) {
  const text = esbuild.transformSync(readFileSync(join(ROOT, source), 'utf8'), { loader: 'ts' }).code
  return import(`data:text/javascript,${encodeURIComponent(text)}`)
}

async function buildLibrary() {
  const outdir = join(ROOT, 'dist/lib')
  const { metafile, outputFiles } = await bundle({ entryPoints: { index: 'src/index.ts' }, outdir, minifySyntax: true })
  const files = outputFiles.map(({ path, text }) => ({ path, contents: text }))
  // a bundled CommonJS package that asks for a built-in would throw at run time, in ES modules only
  const broken = files.find(({ contents }) => contents.includes('Dynamic require of'))
  if (broken !== undefined) throw new Error(`${relative(ROOT, broken.path)} holds a package that calls require`)
  return { metafile, files }
}

/** @param {import('esbuild').BuildOptions} options */
async function bundle(options) {
  const result = await esbuild.build({ ...COMMON, ...options, metafile: true, write: false })
  if (result.warnings.length > 0) {
    throw new Error(esbuild.formatMessagesSync(result.warnings, { kind: 'warning' }).join('\n'))
  }
  return result
}

/** @param {string} path @param {string} contents */
function write(path, contents) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, contents)
}

function isFresh() {
  const built = statSync(NOTICES, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = [...MADE_FROM, ...MADE_BY.map((name) => join('scripts', name))]
  return sources.every((path) => newest(join(ROOT, path)) < built)
}

/** Folders count too: their time changes when a file in them is removed. @param {string} path @returns {number} */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return 0
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}
