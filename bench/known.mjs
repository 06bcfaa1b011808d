/**
 * `node bench/known.mjs`: copies of sealed values. How many are found in each form, false alarms over code, speed, and what
 * the check costs a commit in a repository with 1,000 sealed values, over the same commit without it.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { build } from 'esbuild'
import { watModulesForEsbuild } from '../scripts/wat.mjs'
import { measure, median, ratioOf } from './measure.mjs'

const ROOT = resolve(import.meta.dirname, '..')
const COMMAND = join(ROOT, 'dist/cli/main.cjs')
const ALPHABET = [...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_.!#$&*+/=@ :']
const FORMS = /** @type {Record<string, (value: string) => string>} */ ({
  'as it is': (value) => value,
  'in base64': (value) => Buffer.from(value).toString('base64'),
  'in base64, longer': (value) => Buffer.from(`user:${value}\n`).toString('base64'),
  'URL-encoded': (value) => encodeURIComponent(value),
  'in hex': (value) => Buffer.from(value).toString('hex'),
  'in base64 twice': (value) => Buffer.from(Buffer.from(value).toString('base64')).toString('base64'),
  'URL-encoded base64': (value) => encodeURIComponent(Buffer.from(`user:${value}\n`).toString('base64')),
  'escaped as in JSON': (value) => JSON.stringify(`a\n${value}\tb`),
})
const LENGTHS = { '8 to 11': [8, 11], '12 to 64': [12, 64], 'more than 64': [65, 200] }
const PER_CELL = 500
let missed = 0

const folder = mkdtempSync(join(tmpdir(), 'bulla-known-'))
try {
  const { KnownSet, Fingerprinter, valueForms } = await load()
  const fingerprinter = new Fingerprinter(createHash('sha256').update('bench').digest())
  /** @param {readonly string[]} values */
  const setOf = (values) =>
    new KnownSet(
      values.map((value) => fingerprinter.of(value)),
      fingerprinter,
    )
  recall(setOf)
  falseAlarms(setOf, valueForms)
  speed(setOf)
  await hook()
  console.log(missed === 0 ? '\nall targets met' : `\n${missed} targets missed`)
  process.exitCode = missed === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function load() {
  const files = ['scan/known/known-set', 'scan/known/fingerprint', 'scan/known/value-forms']
  const contents = files.map((file) => `export * from ${JSON.stringify(join(ROOT, `src/${file}.ts`))}`).join('\n')
  const outfile = join(folder, 'known.mjs')
  const stdin = { contents, resolveDir: ROOT, loader: /** @type {const} */ ('ts') }
  await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile, plugins: [watModulesForEsbuild()] })
  return import(pathToFileURL(outfile).href)
}

/** @param {(values: readonly string[]) => any} setOf */
function recall(setOf) {
  console.log(`recall: ${PER_CELL} values each, all known at once`)
  const next = dice(1)
  for (const [label, [least = 0, most = 0]] of Object.entries(LENGTHS)) {
    const values = Array.from({ length: PER_CELL }, () => draw(next, least + (next() % (most - least + 1))))
    const set = setOf(values)
    for (const [form, encode] of Object.entries(FORMS)) {
      const found = values.filter((value) => set.find(`first line\nkey: ${encode(value)} , more\n`).length > 0)
      check(`${label}, ${form}`, (100 * found.length) / PER_CELL, '%', { least: 99 })
    }
  }
}

/** What stands in code and prose, against 5,000 random values and 1,000 that people would seal. */
function falseAlarms(
  /** @type {(values: readonly string[]) => any} */ setOf,
  /** @type {(value: string) => string[]} */ valueForms,
) {
  const next = dice(2)
  const random = Array.from({ length: 5000 }, () => draw(next, 8 + (next() % 40)))
  const usual = [
    'production',
    'postgres',
    'localhost',
    'database',
    'changeme',
    'true',
    'application',
    'info@example.com',
  ]
  const typed = Array.from({ length: 1000 }, (_, index) => `${usual[index % usual.length]}${index < 8 ? '' : index}`)
  const set = setOf([...random, ...typed.flatMap((value) => valueForms(value))])
  const texts = textsBelow('src', 'docs', 'node_modules/@types/node', 'node_modules/typescript/lib')
  const size = texts.reduce((sum, text) => sum + text.length, 0)
  const alarms = texts.reduce((sum, text) => sum + set.find(text).length, 0)
  console.log(`\nfalse alarms: ${texts.length} files of code and prose, ${(size / 1e6).toFixed(1)} MB`)
  check('copies', alarms, '', { most: 0 })
}

/** @param {readonly string[]} names */
function textsBelow(...names) {
  return names.flatMap((name) =>
    readdirSync(join(ROOT, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|js|md)$/.test(file))
      .map((file) => readFileSync(join(ROOT, name, file), 'utf8')),
  )
}

/** @param {(values: readonly string[]) => any} setOf */
function speed(setOf) {
  console.log('\nspeed: one thread, code, by CPU time')
  const text = textsBelow('src', 'test').join('\n').repeat(3)
  const next = dice(3)
  for (const [count = 0, least = 0] of [
    [1000, 5],
    [50_000, 2],
  ]) {
    const set = setOf(Array.from({ length: count }, () => draw(next, 8 + (next() % 60))))
    const times = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage()
      set.find(text)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1e3
    })
    check(`${count} values`, text.length / 1e3 / median(times), 'MB/s', { least })
  }
}

/** Ten files staged, 1,000 values known. */
async function hook() {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), '--if-stale'], { stdio: 'inherit' })
  const cwd = join(folder, 'repository')
  mkdirSync(join(cwd, 'secrets'), { recursive: true })
  const identity = await generateX25519Identity()
  const env = { SOPS_AGE_KEY: identity, HOME: folder, GIT_CONFIG_GLOBAL: '/dev/null' }
  const settings = { cwd, env: { ...process.env, ...env }, stdio: /** @type {const} */ ('ignore') }
  const next = dice(4)
  const values = Array.from({ length: 1000 }, () => draw(next, 8 + (next() % 40)))
  const rules = `creation_rules:\n  - path_regex: ^secrets/\n    age: ${await identityToRecipient(identity)}\n`
  writeFileSync(join(cwd, '.sops.yaml'), rules)
  for (let index = 0; index < 100; index += 1) {
    const lines = values.slice(10 * index, 10 * index + 10).map((value, at) => `k${at}: ${JSON.stringify(value)}\n`)
    writeFileSync(join(cwd, `secrets/${index}.yaml`), lines.join(''))
  }
  execFileSync('git', ['init', '-q'], settings)
  execFileSync(process.execPath, [COMMAND, 'encrypt', '--in-place', 'secrets'], settings)
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com']
  execFileSync('git', ['add', '.'], settings)
  execFileSync('git', [...who, 'commit', '-q', '-m', 'sealed'], settings)
  const code = readFileSync(join(ROOT, 'src/scan/known/known-set.ts'), 'utf8')
  for (let index = 0; index < 10; index += 1) writeFileSync(join(cwd, `file-${index}.ts`), `${code}// ${index}\n`)
  execFileSync('git', ['add', '.'], settings)
  const argv = [process.execPath, COMMAND, 'hook', 'run', 'pre-commit']
  const [without = [], withThem = []] = measure(
    [
      { name: 'hook', argv, cwd, env: { ...env, BULLA_NO_KNOWN_VALUES: '1' } },
      { name: 'hook with known values', argv, cwd, env },
    ],
    25,
  )
  console.log('\nhook: 10 staged files, 1,000 sealed values in 100 files')
  for (const [name, runs] of Object.entries({ without, with: withThem })) {
    console.log(`  ${name.padEnd(34)} ${median(runs.map(({ wallMs }) => wallMs)).toFixed(1)} ms`)
  }
  const cpu = ratioOf(withThem, without, 'cpuMs')
  check('ratio', Number.isNaN(cpu) ? ratioOf(withThem, without) : cpu, '', { most: 1.5 })
}

/** @param {() => number} next @param {number} length */
function draw(next, length) {
  const inner = Array.from({ length: length - 2 }, () => ALPHABET[next() % ALPHABET.length])
  return `x${inner.join('')}9`
}

/** The same numbers each time. @param {number} seed */
function dice(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 8
  }
}

/** @param {string} name @param {number} value @param {string} unit @param {{ most?: number, least?: number }} target */
function check(name, value, unit, { most, least }) {
  const met = most === undefined ? value >= (least ?? 0) : value <= most
  if (!met) missed += 1
  const wanted = most === undefined ? `at least ${least}` : `at most ${most}`
  console.log(`  ${name.padEnd(34)} ${value.toFixed(1)} ${unit}, target ${wanted}: ${met ? 'met' : 'MISSED'}`)
}
