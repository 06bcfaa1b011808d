/**
 * `npm run pack:smoke`: packs the package, installs the tarball into an empty folder with no network and no cache, and
 * uses it from there as a stranger would: the command, the library, its types, the schemas. Needs `npm run build` first.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
/** The libraries for the credentials of clouds are a third of it. */
const LIMIT_BYTES = 8 * 1024 * 1024

const MUST_HAVE = [
  /^package\.json$/,
  /^LICENSE$/,
  /^README\.md$/,
  /^dist\/THIRD-PARTY-NOTICES\.txt$/,
  /^dist\/cli\/main\.cjs$/,
  /^dist\/lib\/index\.js$/,
  /^dist\/types\/index\.d\.ts$/,
  /^schemas\/[^/]+\.schema\.json$/,
  /^hooks\//,
  /^docs\//,
]
/** Everything else is in the package by mistake: tests, fixtures, sources, source maps. */
const MAY_HAVE = [
  /^dist\/(?:cli|lib)\/(?:chunks\/)?[^/]+\.c?js$/,
  /^dist\/types\/.+\.d\.ts$/,
  /^(?:docs|hooks|schemas)\//,
  /^(?:CHANGELOG|SECURITY)\.md$/,
]

const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const temporary = mkdtempSync(join(tmpdir(), 'bulla-pack-'))
try {
  const { filename, files, unpackedSize } = pack()
  checkFiles(files.map(({ path }) => path))
  if (unpackedSize > LIMIT_BYTES)
    throw new Error(`the package unpacks to ${unpackedSize} bytes; the limit is ${LIMIT_BYTES}`)
  const home = install(join(temporary, filename))
  checkCommand(home)
  checkLibrary(home)
  checkTypes(home)
  console.log(
    `pack smoke: ${filename}, ${files.length} files, ${Math.round(unpackedSize / 1024)} KiB unpacked: all good`,
  )
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

/** @returns {{ filename: string, unpackedSize: number, files: { path: string }[] }} */
function pack() {
  if (!existsSync(join(ROOT, 'dist/types/index.d.ts'))) throw new Error('dist is not whole: run "npm run build" first')
  const output = npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', temporary)
  return JSON.parse(output)[0]
}

/** @param {readonly string[]} paths */
function checkFiles(paths) {
  const missing = MUST_HAVE.filter((pattern) => !paths.some((path) => pattern.test(path)))
  const extra = paths.filter((path) => ![...MUST_HAVE, ...MAY_HAVE].some((pattern) => pattern.test(path)))
  if (missing.length > 0) throw new Error(`the package lacks ${missing.join(', ')}`)
  if (extra.length > 0) throw new Error(`the package holds what it should not: ${extra.join(', ')}`)
}

/** @param {string} tarball @returns the folder it was installed into */
function install(tarball) {
  const home = join(temporary, 'home')
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'stranger', version: '1.0.0', type: 'module' }))
  npm(
    home,
    'install',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--cache',
    join(temporary, 'cache'),
    tarball,
  )
  const lock = JSON.parse(readFileSync(join(home, 'package-lock.json'), 'utf8'))
  const others = Object.keys(lock.packages).filter((path) => path !== '' && path !== `node_modules/${name}`)
  if (others.length > 0) throw new Error(`the package pulls in ${others.join(', ')}`)
  return home
}

/** @param {string} home */
function checkCommand(home) {
  const file = join(home, 'node_modules', name, 'dist/cli/main.cjs')
  if (process.platform !== 'win32' && (statSync(file).mode & 0o111) === 0)
    throw new Error('the command is not executable')
  const direct = run(home, process.execPath, [file, '--version'])
  const byName = npm(home, 'exec', '--offline', '--no', '--', name, '--version')
  for (const output of [direct, byName]) {
    if (!output.includes(version)) throw new Error(`"${name} --version" does not say ${version}`)
  }
}

/** @param {string} home */
function checkLibrary(home) {
  const program = `
    import * as library from '${name}'
    import { readFileSync } from 'node:fs'
    import { createRequire } from 'node:module'
    const packageFile = createRequire(import.meta.url).resolve('${name}/package.json')
    if (JSON.parse(readFileSync(packageFile, 'utf8')).version !== '${version}') throw new Error('wrong version')
    const names = Object.keys(library)
    if (names.length === 0 || names.some((name) => library[name] === undefined)) throw new Error('an export is undefined')
    process.stdout.write('loaded')`
  const output = run(home, process.execPath, ['--input-type=module', '--eval', program])
  if (output !== 'loaded') throw new Error('importing the library writes to stdout')
}

/** @param {string} home */
function checkTypes(home) {
  writeFileSync(
    join(home, 'use.ts'),
    `import * as library from '${name}'\nexport const names: string[] = Object.keys(library)\n`,
  )
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2022', lib: ['es2022'], strict: true, exactOptionalPropertyTypes: true },
    // the declarations themselves are under test, and must do without the types of Node
    ...{ skipLibCheck: false, types: [], noEmit: true },
  }
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }))
  run(home, process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'])
}

/** @param {string} cwd @param {readonly string[]} args */
function npm(cwd, ...args) {
  const { npm_execpath: npmFile } = process.env
  if (npmFile === undefined) throw new Error('start this with "npm run pack:smoke"')
  return run(cwd, process.execPath, [npmFile, ...args])
}

/** @param {string} cwd @param {string} program @param {readonly string[]} args */
function run(cwd, program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  if (error !== undefined || status !== 0) {
    throw new Error(`failed (${status}): ${program} ${args.join(' ')}\n${stdout}${stderr}${error?.message ?? ''}`)
  }
  return stdout
}
