/**
 * `npm run judges`: installs the real programs that judge interop, built from source by Go, into a cache folder outside
 * the repository (see judges-folder.mjs), and managers of git's hooks. What is there already is kept. Without Go it says so and succeeds: the tests
 * that need a judge are then skipped, and say that too.
 *
 * `--all` also installs the older versions of sops that scripts/fixtures.mjs needs.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { judgesFolder } from './judges-folder.mjs'
import { installManagers } from './judges-managers.mjs'

/**
 * @typedef {object} Judge
 * @property {string} name file name in the judges folder
 * @property {string} module Go module
 * @property {string} program folder of the command in it
 * @property {string} version
 * @property {boolean} anyVersion whether another version on PATH judges as well
 */

const SOPS = { module: 'github.com/getsops/sops/v3', program: 'cmd/sops', anyVersion: false }
const AGE = { module: 'filippo.io/age', version: '1.3.2', anyVersion: true }

/** @type {readonly Judge[]} */
const JUDGES = [
  { ...SOPS, name: 'sops', version: '3.13.3' },
  { ...AGE, name: 'age', program: 'cmd/age' },
  { ...AGE, name: 'age-keygen', program: 'cmd/age-keygen' },
]

/** @type {readonly Judge[]} */
const OLDER = ['3.9.4', '3.12.2', '3.13.0', '3.13.2'].map((version) => ({ ...SOPS, name: `sops-${version}`, version }))

main(process.argv.slice(2))

/** @param {readonly string[]} args */
function main(args) {
  const unknown = args.filter((arg) => arg !== '--all')
  if (unknown.length > 0) {
    console.error(`judges: unknown argument ${unknown.join(' ')}; the only one is --all`)
    process.exitCode = 2
    return
  }
  const folder = judgesFolder()
  mkdirSync(folder, { recursive: true })
  const hasGo = run('go', ['version']).status === 0
  console.log(`judges: ${folder}`)
  if (!hasGo) console.log('judges: no Go here, so nothing is built; without them the interop tests are skipped')
  for (const judge of args.includes('--all') ? [...JUDGES, ...OLDER] : JUDGES) {
    const outcome = provide(judge, folder, hasGo)
    if (outcome.startsWith('failed')) process.exitCode = 1
    console.log(`judges: ${judge.name} ${judge.version}: ${outcome}`)
  }
  installManagers(folder)
}

/** @param {Judge} judge @param {string} folder @param {boolean} hasGo */
function provide(judge, folder, hasGo) {
  const found = [join(folder, judge.name), ...onPath(judge.name)].find((path) => serves(path, judge))
  if (found !== undefined) return `found as ${found}`
  return hasGo ? install(judge, folder) : 'skipped, needs Go'
}

/** @param {Judge} judge @param {string} folder */
function install(judge, folder) {
  const started = performance.now()
  // a folder of its own, then a rename: an interrupted build leaves nothing that looks installed
  const out = mkdtempSync(join(folder, '.build-'))
  try {
    const first = goInstall(judge, out)
    const problem = first === undefined ? undefined : goBuild(judge, out)
    if (problem !== undefined) return `failed; go install: ${first}; go build: ${problem}`
    renameSync(join(out, basename(judge.program)), join(folder, judge.name))
    return `built in ${Math.round((performance.now() - started) / 1000)} s`
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/** @param {Judge} judge @param {string} out @returns what went wrong */
function goInstall({ module, program, version }, out) {
  const { status, stderr } = run('go', ['install', `${module}/${program}@v${version}`], {
    env: { ...process.env, GOBIN: out },
  })
  return status === 0 ? undefined : lastLine(stderr)
}

/**
 * The second way, for a version whose dependencies the checksum database does not know (sops 3.13.0): in the module's
 * own folder its go.sum vouches for them.
 *
 * @param {Judge} judge
 * @param {string} out
 * @returns what went wrong
 */
function goBuild({ module, program, version }, out) {
  const source = run('go', ['mod', 'download', '-json', `${module}@v${version}`])
  if (source.status !== 0) return lastLine(source.stderr || source.stdout)
  const cwd = JSON.parse(source.stdout).Dir
  const { status, stderr } = run('go', ['build', '-mod=readonly', '-o', out, `./${program}`], { cwd })
  return status === 0 ? undefined : lastLine(stderr)
}

/** @param {string} path @param {Judge} judge */
function serves(path, { version, anyVersion }) {
  if (!isExecutable(path)) return false
  if (anyVersion) return true
  const { status, stdout } = run(path, ['--version', '--disable-version-check'])
  return status === 0 && stdout.split(/\s+/).includes(version)
}

/** @param {string} name */
function onPath(name) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name))
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split('\n').at(-1)
}

/** @param {string} program @param {readonly string[]} args @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options] */
function run(program, args, options = {}) {
  return spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...options })
}
