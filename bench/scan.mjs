/**
 * `node bench/scan.mjs`: how many credentials of the corpus are found in each place, by kind; false alarms; speed. Beside
 * it gitleaks, where it is on PATH, on the same files in the same run.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { schemaValidatorsForEsbuild } from '../scripts/schema-validators.mjs'
import { watModulesForEsbuild } from '../scripts/wat.mjs'

const ROOT = resolve(import.meta.dirname, '..')
const ROUNDS = 5
const folder = mkdtempSync(join(tmpdir(), 'bulla-scan-'))
try {
  const entry = [
    'src/scan/engine',
    'test/helpers/credentials/kinds',
    'test/helpers/credentials/contexts',
    'test/helpers/credentials/draw',
    'test/helpers/credentials/negatives',
  ]
  const contents = entry.map((file) => `export * from ${JSON.stringify(join(ROOT, `${file}.ts`))}`).join('\n')
  const outfile = join(folder, 'scan.mjs')
  await build({
    stdin: { contents, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    plugins: [schemaValidatorsForEsbuild(), watModulesForEsbuild()],
  })
  const { KINDS, CONTEXTS, placeIn, dice, makeNegatives, scanText } = await import(pathToFileURL(outfile).href)
  const samples = CONTEXTS.flatMap((/** @type {string} */ context) =>
    KINDS.flatMap((/** @type {any} */ kind, /** @type {number} */ index) =>
      Array.from({ length: ROUNDS }, (_, round) => ({
        name: kind.name,
        group: context,
        ...placeIn(context, kind.variable, kind.make(dice(1000 * index + round))),
      })),
    ),
  )
  const negatives = makeNegatives().map((/** @type {any} */ negative) => ({ ...negative, group: 'negatives' }))
  const files = [...samples, ...negatives].map((sample, index) => ({ ...sample, path: `${index}/${sample.fileName}` }))
  const others = runGitleaks(files)
  for (const group of [...CONTEXTS, 'negatives'])
    report(
      group,
      files.filter((file) => file.group === group),
      scanText,
      others,
    )
  speed(scanText)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** @param {string} group @param {any[]} files @param {any} scanText @param {Set<string> | undefined} others */
function report(group, files, scanText, others) {
  const found = files.map((file) => ({ name: file.name, path: file.path, findings: scanText(file.text, file) }))
  // that a value stands in a Secret says nothing about its kind
  const blocked = found.filter(({ findings }) =>
    findings.some((/** @type {any} */ one) => one.level === 'block' && one.rule !== 'kubernetes-secret'),
  )
  const any = found.filter(({ findings }) => findings.length > 0)
  const theirs =
    others === undefined ? 'not installed' : share(files.filter(({ path }) => others.has(path)).length, files.length)
  console.log(
    `${group.padEnd(12)} block ${share(blocked.length, files.length)}, block and warn ${share(any.length, files.length)}, gitleaks ${theirs}`,
  )
  for (const name of new Set(files.map((file) => file.name))) {
    const of = (/** @type {any[]} */ list) => list.filter((one) => one.name === name).length
    const odd = group === 'negatives' ? of(any) > 0 : of(blocked) < of(files)
    if (odd) console.log(`  ${name}: block ${of(blocked)}, block and warn ${of(any)} of ${of(files)}`)
  }
}

/** @param {{ path: string, text: string }[]} files @returns {Set<string> | undefined} the files with findings */
function runGitleaks(files) {
  if (spawnSync('gitleaks', ['version']).status !== 0) return undefined
  const tree = join(folder, 'tree')
  for (const { path, text } of files) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  const out = join(folder, 'gitleaks.json')
  execFileSync(
    'gitleaks',
    [
      'dir',
      '.',
      '--exit-code',
      '0',
      '--max-decode-depth',
      '3',
      '--report-format',
      'json',
      '--report-path',
      out,
      '--no-banner',
      '--log-level',
      'error',
    ],
    { cwd: tree },
  )
  return new Set(JSON.parse(readFileSync(out, 'utf8')).map((/** @type {any} */ one) => one.File))
}

/** One thread over TypeScript of ours and of our tools. @param {any} scanText */
function speed(scanText) {
  const texts = ['src', 'test', 'node_modules/@types/node', 'node_modules/knip']
    .flatMap((name) => readdirSync(join(ROOT, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.[mc]?[tj]s$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  const size = texts.reduce((sum, { length }) => sum + length, 0)
  for (const text of texts) scanText(text, { fileName: 'a.ts' })
  const { user } = process.cpuUsage()
  for (const text of texts) scanText(text, { fileName: 'a.ts' })
  const seconds = process.cpuUsage({ user, system: 0 }).user / 1e6
  console.log(
    `speed        ${(size / 1e6 / seconds).toFixed(0)} MB/s of CPU time over ${(size / 1e6).toFixed(1)} MB (at least 10)`,
  )
}

/** @param {number} part @param {number} whole */
function share(part, whole) {
  return `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`
}
