/**
 * `node bench/scan.mjs`: how many credentials of both corpora are found in each place, by kind; false alarms; speed, also
 * over texts made to be slow. Beside it gitleaks, where it is on PATH, and secretlint, where npm can install it, on the
 * same files in the same run.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { schemaValidatorsForEsbuild } from '../scripts/schema-validators.mjs'
import { watModulesForEsbuild } from '../scripts/wat.mjs'
import { runGitleaks, runSecretlint } from './other-scanners.mjs'

const ROOT = resolve(import.meta.dirname, '..')
const ROUNDS = 5
/** Block level, then any: what is asked for in each place. */
const FLOORS = /** @type {Record<string, readonly [number, number]>} */ ({
  dotenv: [0.8, 0.92],
  yaml: [0.8, 0.92],
  typescript: [0.76, 0.92],
  kubernetes: [0.85, 0.92],
})
/** Slow in their own way: long lines, deep nesting, what looks like PEM, base64, names and values without an end, markup. */
const HOSTILE = [
  ...['{"kind":"Secret","data":{"a":"', 'kind: Secret\ndata:\n  a: b\n', '- kind: Secret\n  data:\n    a: b\n'],
  ...['{"a":', '[', '{', '- ', 'a: ', 'x: |\n', 'a: &b\n', '"', "'", '\\"', '<a b="'],
  ...['\n', '\r\n', '\r', '\0', ' ', '\t', 'a', '=', '\u00e9', '\ud83d\ude00'],
  ...[
    'PASSWORD',
    'password: |\n',
    'password=',
    '\\"password\\":\\"',
    'password: Xk29dkSlqpe\n',
    'name: PASSWORD\n  value: ',
  ],
  ...[
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----\n',
    `-----BEGIN PRIVATE KEY-----${'AbC1'.repeat(10)}`,
    'LS0tLS1CRUdJTi',
  ],
  ...[
    'QWxhZGRpbjpvcGVuIHNlc2FtZQ',
    'eyJhbGciOi.',
    'Basic QWxhZGRpbjpvcGVu ',
    'c2VjcmV0OiB4\n',
    '%41%42',
    '\\x41',
    '\\u0041',
  ],
  ...[
    'a://b:c@',
    ['postgres://a:Xk29dkSlqpe', 'h.io/'].join('@'),
    '://:@',
    '"kty":"EC",',
    'curl -u a:',
    'PuTTY-User-Key-File-2: a\n',
  ],
  ...['a=1,b=function(c){return c.token||"x"},', '!function(e){var t={};', '.a{color:#fff}', '# bulla:allow a -- '],
  ...['5f4dcc3b5aa765d61d8327deb882cf99', 'AKIAIOSFODNN7EXAMPL', 'ENC[AES256_GCM,data:', 'age1qqqqqqqqqqqq'],
]
let missed = 0
const folder = mkdtempSync(join(tmpdir(), 'bulla-scan-'))
try {
  const entry = [
    'src/scan/engine',
    'src/scan/detectors',
    'test/helpers/credentials/kinds',
    'test/helpers/credentials/contexts',
    'test/helpers/credentials/draw',
    'test/helpers/credentials/negatives',
    'test/helpers/credentials/held-out/carriers',
    'test/helpers/credentials/held-out/kinds',
    'test/helpers/credentials/held-out/negatives',
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
  const loaded = performance.now()
  const module = await import(pathToFileURL(outfile).href)
  const { KINDS, CONTEXTS, placeIn, dice, makeNegatives, scanText, DETECTORS } = module
  const { CARRIERS, heldOutValues, heldOutNegatives } = module
  scanText('', { fileName: '' })
  console.log(`load         ${(performance.now() - loaded).toFixed(0)} ms for the rules, both corpora and the keywords`)
  speed(scanText)
  hostile(scanText, DETECTORS)
  const samples = CONTEXTS.flatMap((/** @type {string} */ context) =>
    KINDS.flatMap((/** @type {any} */ kind, /** @type {number} */ index) =>
      Array.from({ length: ROUNDS }, (_, round) => ({
        name: kind.name,
        group: context,
        ...placeIn(context, kind.variable, kind.make(dice(1000 * index + round))),
      })),
    ),
  )
  const heldOut = Object.entries(CARRIERS).flatMap(([group, carrier]) =>
    heldOutValues(0).map((/** @type {any} */ { kind, value }) => ({
      name: kind.name,
      group: `held-out: ${group}`,
      .../** @type {any} */ (carrier)(kind.variable, value),
    })),
  )
  const negatives = [
    ...makeNegatives().map((/** @type {any} */ one) => ({ ...one, group: 'negatives' })),
    ...heldOutNegatives().map((/** @type {any} */ one) => ({ ...one, group: 'held-out: negatives' })),
  ]
  const files = [...samples, ...heldOut, ...negatives].map((one, index) => ({
    ...one,
    path: `${index}/${one.fileName}`,
  }))
  const others = { gitleaks: runGitleaks(join(folder, 'tree'), files), secretlint: await runSecretlint(files) }
  for (const group of new Set(files.map((file) => file.group)))
    report(
      group,
      files.filter((file) => file.group === group),
      scanText,
      others,
    )
  if (missed > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** @param {string} group @param {any[]} files @param {any} scanText @param {Record<string, Set<string> | undefined>} others */
function report(group, files, scanText, others) {
  const isNegative = group.endsWith('negatives')
  const found = files.map((file) => ({ name: file.name, path: file.path, findings: scanText(file.text, file) }))
  // that a value stands in a Secret says nothing about its kind
  const blocked = found.filter(({ findings }) =>
    findings.some((/** @type {any} */ one) => one.level === 'block' && one.rule !== 'kubernetes-secret'),
  )
  const any = found.filter(({ findings }) => findings.length > 0)
  const theirs = Object.entries(others).map(([name, list]) => {
    return `${name} ${list === undefined ? 'not installed' : share(files.filter(({ path }) => list.has(path)).length, files.length)}`
  })
  console.log(
    `${group.padEnd(28)} block ${share(blocked.length, files.length)}, block and warn ${share(any.length, files.length)}, ${theirs.join(', ')}`,
  )
  const [block, all] = FLOORS[group] ?? [0, 0]
  const isMet = isNegative
    ? blocked.length <= 3
    : blocked.length >= block * files.length && any.length >= all * files.length
  if (!isMet) missed += 1
  for (const name of new Set(files.map((file) => file.name))) {
    const of = (/** @type {any[]} */ list) => list.filter((one) => one.name === name).length
    const odd = isNegative ? of(any) > 0 : of(any) < of(files) || (FLOORS[group] && of(blocked) < of(files))
    if (odd) console.log(`  ${name}: block ${of(blocked)}, block and warn ${of(any)} of ${of(files)}`)
  }
}

/**
 * Texts made to be slow: each keyword again and again, with little between. The slowest count, at their full size.
 *
 * @param {any} scanText @param {any[]} detectors
 */
function hostile(scanText, detectors) {
  const keywords = [...new Set(detectors.flatMap((/** @type {any} */ one) => one.keywords))]
  const names = ['.env', 'a.yaml', 'a.ts', 'a.json', 'a.md', 'x']
  const parts = [...keywords.flatMap((word) => ['', ' ', '="', '-', '\n'].map((gap) => word + gap)), ...HOSTILE]
  const timed = parts.map((part, index) => {
    const fileName = names[index % names.length] ?? ''
    return { part, fileName, seconds: timeOf(scanText, part, fileName, 50_000) }
  })
  const slowest = timed.toSorted((a, b) => b.seconds - a.seconds).slice(0, 8)
  const full = slowest.map(({ part, fileName }) => ({
    part,
    seconds: Math.min(...Array.from({ length: 3 }, () => timeOf(scanText, part, fileName, 1e6))),
  }))
  const worst = full.reduce((a, b) => (a.seconds > b.seconds ? a : b))
  if (worst.seconds > 0.5) missed += 1
  console.log(
    `worst        ${(1 / worst.seconds).toFixed(1)} MB/s of ${parts.length} texts made to be slow, 1 MB of ${JSON.stringify(worst.part)} (at least 2)`,
  )
}

/** @param {any} scanText @param {string} part @param {string} fileName @param {number} length @returns {number} seconds of CPU */
function timeOf(scanText, part, fileName, length) {
  const text = part.repeat(Math.ceil(length / part.length))
  const { user } = process.cpuUsage()
  scanText(text, { fileName })
  return (process.cpuUsage().user - user) / 1e6
}

/** One thread over TypeScript of ours and of our tools. @param {any} scanText */
function speed(scanText) {
  const texts = ['src', 'test', 'node_modules/@types/node', 'node_modules/knip']
    .flatMap((name) => readdirSync(join(ROOT, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.[mc]?[tj]s$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  const size = texts.reduce((sum, { length }) => sum + length, 0)
  const rates = ['cold', 'warm'].map((name) => {
    const { user } = process.cpuUsage()
    for (const text of texts) scanText(text, { fileName: 'a.ts' })
    return { name, rate: size / (process.cpuUsage().user - user) }
  })
  if (rates.some(({ rate }) => rate < 10)) missed += 1
  const shown = rates.map(({ name, rate }) => `${name} ${rate.toFixed(0)} MB/s`).join(', ')
  console.log(`speed        ${shown} of CPU time over ${(size / 1e6).toFixed(1)} MB (at least 10)`)
}

/** @param {number} part @param {number} whole */
function share(part, whole) {
  return `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`
}
