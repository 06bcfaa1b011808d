/**
 * The part of `npm run judges` that installs managers of hooks: they judge whether git's hooks still run bulla when
 * something else runs them. What cannot be installed is said, and is no failure.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'

const FROM_NPM = { lefthook: '2.2.2', 'simple-git-hooks': '2.14.0' } // husky is a dependency of this repository
const FROM_PYPI = { 'pre-commit': '4.7.0' }

/** @param {string} folder of all judges */
export function installManagers(folder) {
  if (process.platform === 'win32') return
  const home = join(folder, 'managers')
  const npm = { programs: FROM_NPM, bin: join(home, 'node_modules', '.bin'), install: () => fromNpm(home) }
  const python = {
    programs: FROM_PYPI,
    bin: join(home, 'python', 'bin'),
    install: () => fromPypi(join(home, 'python')),
  }
  provide(npm, folder)
  provide(python, folder)
}

/**
 * @param {{ programs: Readonly<Record<string, string>>, bin: string, install: () => string | undefined }} group
 * @param {string} folder
 */
function provide({ programs, bin, install }, folder) {
  const versions = Object.entries(programs).map(([name, version]) => `${name} ${version}`)
  const isThere = Object.entries(programs).every(([name, version]) => versionOf(join(folder, name), name) === version)
  const problem = isThere ? undefined : install()
  console.log(`judges: ${versions.join(', ')}: ${isThere ? 'found' : (problem ?? 'installed')}`)
  if (isThere || problem !== undefined) return
  for (const name of Object.keys(programs)) {
    rmSync(join(folder, name), { force: true })
    symlinkSync(relative(folder, join(bin, name)), join(folder, name))
  }
}

/** @param {string} path @param {string} name */
function versionOf(path, name) {
  if (!existsSync(path)) return undefined
  // this one prints none, and would write hooks
  if (name === 'simple-git-hooks') return FROM_NPM[name]
  const args = name === 'lefthook' ? ['version'] : ['--version']
  return /\d+\.\d+\.\d+/.exec(spawnSync(path, args, { encoding: 'utf8' }).stdout ?? '')?.[0]
}

/** @param {string} home */
function fromNpm(home) {
  mkdirSync(home, { recursive: true })
  const packages = Object.entries(FROM_NPM).map(([name, version]) => `${name}@${version}`)
  // their scripts would set up hooks where they are installed
  return run('npm', ['install', '--prefix', home, '--no-save', '--no-audit', '--ignore-scripts', ...packages])
}

/** @param {string} home */
function fromPypi(home) {
  if (spawnSync('python3', ['-m', 'venv', '--help']).status !== 0) return 'skipped, needs Python'
  const packages = Object.entries(FROM_PYPI).map(([name, version]) => `${name}==${version}`)
  return (
    run('python3', ['-m', 'venv', home]) ??
    run(join(home, 'bin', 'python'), ['-m', 'pip', 'install', '-q', ...packages])
  )
}

/** @param {string} program @param {readonly string[]} args @returns {string | undefined} what went wrong */
function run(program, args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  if (status === 0) return undefined
  return `not installed: ${program} ${args[0]}: ${(error?.message ?? stderr ?? '').trim().split('\n').at(-1)}`
}
