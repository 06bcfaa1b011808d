/** A key service that takes its time. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { writeSmallFiles } from '../data.mjs'
import { measure, ratioOf } from '../measure.mjs'
import { BULLA, bulla, folder, ROOT, sops, theLeast } from '../place.mjs'
import { besideLeast, check, title } from '../report.mjs'

const FILES = 1000
/** What a call to a key service takes. */
const LATENCY_MS = 20

/** The same key of a service: wrapping the identity of a recipient for bulla, as a master key of every file for sops. */
export function kms() {
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
  const least = { ...theLeast('open', 'ours', 'opened'), cwd, before: away } // calls nobody
  const [leastRuns = [], ourRuns = []] = measure([least, ours], 5)
  // the loop takes most of a minute, so that one says what any would
  const [[loopRun] = []] = measure([theirs], 1)
  const loopRuns = ourRuns.flatMap(() => loopRun ?? [])
  besideLeast('decrypt against a loop of sops', [leastRuns, ourRuns, loopRuns], 80)
  check('times faster', 1 / ratioOf(ourRuns, loopRuns), { least: 80 })
}
