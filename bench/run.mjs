/**
 * `npm run bench [PART]`: whole processes of the built command against the real sops, in turn, on this machine. What counts
 * are the ratios; single times say more about the machine. Parts: start, large, many, rotate, growth, kms, merge, scan.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { judgesFolder } from '../scripts/judges-folder.mjs'
import { flatYaml, sections, smallYaml, toYaml, writeSmallFiles } from './data.mjs'
import { measure, median, ratioOf } from './measure.mjs'

const ROOT = resolve(import.meta.dirname, '..')
const BULLA = [process.execPath, join(ROOT, 'dist/cli/main.cjs')]
const FILES = 1000
/** What a call to a key service takes. */
const LATENCY_MS = 20

execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), '--if-stale'], { stdio: 'inherit' })
const sops = findSops()
const folder = mkdtempSync(join(tmpdir(), 'bulla-bench-'))
const identity = await generateX25519Identity()
const recipient = await identityToRecipient(identity)
const env = { SOPS_AGE_KEY: identity, HOME: folder, SOPS_DISABLE_VERSION_CHECK: 'true' }
const only = process.argv[2]
let missed = 0
try {
  writeFileSync(join(folder, '.sops.yaml'), `creation_rules:\n  - age: ${recipient}\n`)
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, sops: ${sops ?? 'not installed (npm run judges)'}`,
  )
  for (const [name, part] of Object.entries({ start, large, many, rotate, growth, kms, merge, scan })) {
    if (only === undefined || only === name) part()
  }
  console.log(missed === 0 ? '\nall targets met' : `\n${missed} targets missed`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Each command on a small file, over a bare start of Node. */
function start() {
  title('start: one file of 10 values')
  write('small.yaml', smallYaml(1))
  seal('small.yaml', 'small.enc.yaml')
  const bare = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] }
  const commands = startCommands()
  const [bareRuns = [], ...runs] = measure([bare, ...commands], 21)
  row(bare.name, describe(bareRuns))
  for (const [index, { name }] of commands.entries()) {
    row(name, describe(runs[index] ?? []))
    check('ratio', ratioOf(runs[index] ?? [], bareRuns), { most: 1.35 })
  }
  againstSops('decrypt', bulla('decrypt', 'small.enc.yaml'), ['decrypt', 'small.enc.yaml'], undefined, 21)
}

/** What writes gets a fresh file, or it would find nothing to do the second time. */
function startCommands() {
  const sealed = 'small.enc.yaml'
  const before = () => cpSync(join(folder, sealed), join(folder, 'work.yaml'))
  /** @param {string} name @param {readonly string[]} args @param {Record<string, string>} more */
  const command = (name, args, more = {}) => ({ ...bulla(...args), name, env: { ...env, ...more }, before })
  return [
    command('--version', ['--version']),
    command('--help', ['--help']),
    command('encrypt', ['encrypt', 'small.yaml']),
    command('decrypt', ['decrypt', sealed]),
    command('edit, and its editor', ['edit', 'work.yaml'], { EDITOR: `sh -c 'echo added: x >> "$0"'` }),
    command('set', ['set', 'work.yaml', 'key_0', '"x"']),
    command('set of a new key', ['set', 'work.yaml', 'added', '"x"']),
    command('unset', ['unset', 'work.yaml', 'key_0']),
    command('get', ['get', sealed, 'key_0']),
    command('ls', ['ls', sealed]),
    command('rotate', ['rotate', '--dry-run', sealed]),
    command('updatekeys', ['updatekeys', '--dry-run', sealed]),
    command('groups add', ['groups', 'add', '--file', 'work.yaml', '--age', recipient]),
    command('exec, and its program', ['exec', sealed, '--', 'true']),
    command('exec-env, and its shell', ['exec-env', sealed, 'true']),
    command('exec-file, and its shell', ['exec-file', '--no-fifo', sealed, 'true {}']),
    command('filestatus', ['filestatus', sealed]),
    command('explain', ['explain', sealed]),
    command('doctor', ['doctor']),
    command('completion', ['completion', 'bash']),
  ]
}

function large() {
  title('large: one file of 10,000 values')
  const data = sections(10_000)
  for (const [name, text, least] of /** @type {const} */ ([
    ['large.yaml', toYaml(data), 2.5],
    ['large.json', `${JSON.stringify(data, null, 2)}\n`, 1.3],
  ])) {
    write(name, text)
    const sealed = name.replace('.', '.enc.')
    seal(name, sealed)
    againstSops(`decrypt ${name}`, bulla('decrypt', sealed), ['decrypt', sealed], least, 7)
    againstSops(`encrypt ${name}`, bulla('encrypt', name), ['encrypt', name], least, 7)
  }
  // another value each time: what stands there already is not written
  const path = '["section_0"]["key_0"]'
  cpSync(join(folder, 'large.enc.yaml'), join(folder, 'set.enc.yaml'))
  const ours = bulla('set', '--value-file', 'set.enc.yaml', path, 'value.json')
  const before = () => write('value.json', JSON.stringify(`value ${Math.random()}`))
  againstSops('set one of 10,000 values', { ...ours, before }, ['set', 'set.enc.yaml', path, '"x"'], 5, 7)
}

/** One process of bulla against one of sops for each file. */
function many() {
  title(`many: ${FILES} files of 10 values`)
  const { away, fresh, loop } = smallFiles()
  againstLoop(
    'decrypt',
    { ...bulla('decrypt', 'sealed', '--output-dir', 'opened', '--quiet'), before: () => away('opened') },
    loop(`"${sops}" decrypt --output work/file-$i.yaml sealed/file-$i.yaml`),
    fresh(''),
  )
  againstLoop(
    'encrypt',
    { ...bulla('encrypt', '--in-place', 'work', '--quiet'), before: fresh('plain') },
    loop(`"${sops}" encrypt --in-place work/file-$i.yaml`),
    fresh('plain'),
  )
}

function rotate() {
  title(`rotate: ${FILES} files of 10 values`)
  const { fresh, loop } = smallFiles()
  againstLoop(
    'rotate',
    { ...bulla('rotate', '--in-place', 'work', '--quiet'), before: fresh('sealed') },
    loop(`"${sops}" rotate --in-place work/file-$i.yaml`),
    fresh('sealed'),
    30,
  )
}

/** Many small files, plain and sealed, and what makes a folder of them for each run. */
function smallFiles() {
  if (!existsSync(join(folder, 'plain'))) {
    writeSmallFiles(join(folder, 'plain'), FILES)
    cpSync(join(folder, 'plain'), join(folder, 'sealed'), { recursive: true })
    execFileSync(BULLA[0] ?? '', [BULLA[1] ?? '', 'encrypt', '--quiet', '--in-place', 'sealed'], {
      cwd: folder,
      env: { ...process.env, ...env },
    })
  }
  // moved, not removed: for a while ext4 makes files slowly where many were removed
  const away = (/** @type {string} */ name) => {
    if (existsSync(join(folder, name))) renameSync(join(folder, name), join(mkdtempSync(join(folder, 'old-')), name))
  }
  const fresh = (/** @type {string} */ from) => () => {
    away('work')
    if (from === '') mkdirSync(join(folder, 'work'))
    else cpSync(join(folder, from), join(folder, 'work'), { recursive: true })
    // or the first who waits for the disk waits for this copy too
    spawnSync('sync')
  }
  const loop = (/** @type {string} */ command) => `for i in $(seq 0 ${FILES - 1}); do ${command} || exit; done`
  return { away, fresh, loop }
}

/** What git runs when two branches changed a file: each a fifth of its values, next to each other. */
function merge() {
  title('merge: three versions of a file of 1,000 values, 400 of them changed')
  write('flat.yaml', flatYaml(1000))
  seal('flat.yaml', 'base.yaml')
  for (const [name, digit] of /** @type {const} */ ([
    ['ours.yaml', '[05]'],
    ['theirs.yaml', '[16]'],
  ])) {
    cpSync(join(folder, 'base.yaml'), join(folder, name))
    const editor = `sed -i 's/^\\([a-z_]*[0-9]*${digit}\\): .*/\\1: ${name}/'`
    execFileSync(BULLA[0] ?? '', [BULLA[1] ?? '', 'edit', name], {
      cwd: folder,
      env: { ...process.env, ...env, EDITOR: editor },
      stdio: 'ignore',
    })
  }
  const words = ['merge', '--path', 'flat.enc.yaml', 'base.yaml', 'ours.yaml', 'theirs.yaml']
  const commands = [
    { name: 'node -e 0', argv: [process.execPath, '-e', '0'] },
    { ...bulla(...words), name: 'merge', env },
  ]
  const [bareRuns = [], runs = []] = measure(commands, 25)
  row('merge', describe(runs))
  check('ratio', ratioOf(runs, bareRuns), { most: 12 })
}

/** The same key of a service: wrapping the identity of a recipient for bulla, as a master key of every file for sops. */
function kms() {
  const place = join(folder, 'kms')
  mkdirSync(place)
  const server = spawn(process.execPath, [join(ROOT, 'bench/key-server.mjs'), String(LATENCY_MS), place], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  try {
    while (!existsSync(join(place, 'address'))) spawnSync('sleep', ['0.05'])
    const address = readFileSync(join(place, 'address'), 'utf8')
    withKey('Vault', place, ['--hc-vault-transit', `${address}/v1/transit/keys/k`], {
      VAULT_ADDR: address,
      VAULT_TOKEN: 'bench',
    })
    withKey(
      'AWS KMS',
      place,
      ['--kms', 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'],
      {
        AWS_ENDPOINT_URL: address,
        AWS_ACCESS_KEY_ID: 'AKIABENCH',
        AWS_SECRET_ACCESS_KEY: 'bench',
      },
    )
  } finally {
    server.kill()
  }
}

/** @param {string} service @param {string} place @param {readonly string[]} key @param {Record<string, string>} credentials */
function withKey(service, place, key, credentials) {
  title(`kms: ${FILES} files of 10 values, ${service} that takes ${LATENCY_MS} ms`)
  const cwd = mkdtempSync(join(place, 'work-'))
  const kmsEnv = { HOME: folder, SOPS_DISABLE_VERSION_CHECK: 'true', ...credentials }
  const run = (/** @type {string[]} */ ...args) =>
    execFileSync(BULLA[0] ?? '', [BULLA[1] ?? '', ...args], { cwd, env: { ...process.env, ...kmsEnv } })
  const calls = () => (existsSync(join(place, 'calls')) ? readFileSync(join(place, 'calls')).length : 0)
  mkdirSync(join(cwd, '.git'))
  run('recipient', 'create', 'deploy', ...key, '--quiet')
  for (const [name, option] of /** @type {const} */ ([
    ['ours', ['--age', 'deploy']],
    ['theirs', key],
  ])) {
    writeSmallFiles(join(cwd, name), FILES)
    const before = calls()
    run('encrypt', '--quiet', '--in-place', ...option, name)
    if (name === 'ours') check('calls to encrypt', calls() - before, { most: 0 })
  }
  const before = calls()
  run('decrypt', '--quiet', '--output-dir', 'opened', 'ours')
  check('calls to decrypt', calls() - before, { most: 1 })
  if (sops === undefined) return
  const away = () => {
    if (existsSync(join(cwd, 'opened'))) renameSync(join(cwd, 'opened'), join(mkdtempSync(join(cwd, 'old-')), 'opened'))
  }
  const ours = { ...bulla('decrypt', 'ours', '--output-dir', 'opened', '--quiet'), cwd, env: kmsEnv, before: away }
  const loop = `for i in $(seq 0 ${FILES - 1}); do "${sops}" decrypt --output work/file-$i.yaml theirs/file-$i.yaml || exit; done`
  const theirs = {
    ...{ name: 'a loop of sops', argv: ['sh', '-c', loop], cwd, env: kmsEnv },
    before: () => mkdirSync(join(cwd, 'work'), { recursive: true }),
  }
  compare('decrypt against a loop of sops', ours, theirs, { faster: 80 }, 1)
}

/** What the scanner finds, beside others: a program of its own. */
function scan() {
  title('scan: credentials and false alarms by place and kind')
  if (spawnSync(process.execPath, [join(ROOT, 'bench/scan.mjs')], { stdio: 'inherit' }).status !== 0) missed += 1
}

function growth() {
  title('growth: flat YAML of 1,000 to 16,000 values')
  const sizes = [1000, 2000, 4000, 8000, 16_000]
  for (const size of sizes) {
    write(`flat-${size}.yaml`, flatYaml(size))
    seal(`flat-${size}.yaml`, `flat-${size}.enc.yaml`)
  }
  const bare = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] }
  const runs = measure([bare, ...sizes.map((size) => bulla('decrypt', `flat-${size}.enc.yaml`))], 5)
  const times = runs.map((list) => median(list.map((run) => run.wallMs)))
  const base = times[0] ?? 0
  for (const [index, size] of sizes.entries())
    row(
      `decrypt ${size}`,
      `${ms(times[index + 1])}, ${((((times[index + 1] ?? 0) - base) / size) * 1000).toFixed(1)} µs a value`,
    )
  const perValue = ((times.at(-1) ?? 0) - base) / 16_000 / (((times[1] ?? 0) - base) / 1000)
  check('cost of a value at 16,000 over that at 1,000', perValue, { most: 1.2 })
}

// --- helpers ------------------------------------------------------------------------------------------------------

/** @param {...string} args */
function bulla(...args) {
  return { name: `bulla ${args.join(' ')}`, argv: [...BULLA, ...args], cwd: folder, env }
}

/**
 * @param {string} name
 * @param {import('./measure.mjs').Command} ours
 * @param {readonly string[]} args
 * @param {number | undefined} least
 * @param {number} rounds
 */
function againstSops(name, ours, args, least, rounds) {
  if (sops === undefined) return
  compare(
    `${name} against sops`,
    ours,
    { name: 'sops', argv: [sops, ...args], cwd: folder, env },
    least === undefined ? {} : { faster: least },
    rounds,
  )
}

/**
 * @param {string} name
 * @param {import('./measure.mjs').Command} ours
 * @param {string} script
 * @param {() => void} before
 * @param {number} least
 */
function againstLoop(name, ours, script, before, least = 50) {
  if (sops === undefined) return
  const loop = { name: 'a loop of sops', argv: ['sh', '-c', script], cwd: folder, env, before }
  compare(`${name} against a loop of sops`, ours, loop, { faster: least }, 3)
}

/**
 * @param {string} name
 * @param {import('./measure.mjs').Command} a
 * @param {import('./measure.mjs').Command} b
 * @param {{ most?: number, faster?: number }} target
 * @param {number} rounds
 */
function compare(name, a, b, target, rounds) {
  const [first = [], second = []] = measure([a, b], rounds)
  const ratio = ratioOf(first, second)
  row(name, `${describe(first)}; ${b.name}: ${describe(second)}`)
  if (target.most !== undefined) check('ratio', ratio, { most: target.most })
  else if (target.faster !== undefined) check('times faster', 1 / ratio, { least: target.faster })
  else row('', `ratio ${ratio.toFixed(2)}`)
  const cpuRatio = ratioOf(first, second, 'cpuMs')
  if (!Number.isNaN(cpuRatio))
    row('', `ratio of CPU time ${cpuRatio.toFixed(2)}, ${(1 / cpuRatio).toFixed(2)} times less`)
}

/** @param {readonly import('./measure.mjs').Run[]} runs */
function describe(runs) {
  const cpu = runs.flatMap(({ cpuMs }) => cpuMs ?? [])
  const peak = runs.flatMap(({ peakMiB }) => peakMiB ?? [])
  const more = cpu.length === 0 ? '' : ` (CPU ${ms(median(cpu))}, peak ${median(peak).toFixed(0)} MiB)`
  return `${ms(median(runs.map(({ wallMs }) => wallMs)))}${more}`
}

/** @param {string} name @param {number} value @param {{ most?: number, least?: number }} target */
function check(name, value, { most, least }) {
  const met = most === undefined ? value >= (least ?? 0) : value <= most
  if (!met) missed += 1
  row(
    '',
    `${name} ${value.toFixed(2)}, target ${most === undefined ? `at least ${least}` : `at most ${most}`}: ${met ? 'met' : 'MISSED'}`,
  )
}

/** @param {string} name @param {string} text */
function row(name, text) {
  console.log(`  ${name.padEnd(38)} ${text}`)
}

/** @param {string} text */
function title(text) {
  console.log(`\n${text}`)
}

/** @param {number | undefined} value */
function ms(value) {
  return `${(value ?? 0).toFixed(1)} ms`
}

/** @param {string} name @param {string} text */
function write(name, text) {
  writeFileSync(join(folder, name), text)
}

/** @param {string} from @param {string} to */
function seal(from, to) {
  execFileSync(BULLA[0] ?? '', [BULLA[1] ?? '', 'encrypt', '--output', to, from], {
    cwd: folder,
    env: { ...process.env, ...env },
  })
}

function findSops() {
  const named = process.env['BULLA_TEST_SOPS']
  if (named) return named
  const installed = join(judgesFolder(), 'sops')
  if (existsSync(installed)) return installed
  try {
    return execFileSync('sh', ['-c', 'command -v sops'], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}
