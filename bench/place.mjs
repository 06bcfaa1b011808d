/** Where a run of `npm run bench` works: a folder with a policy and an identity of its own, gone at the end. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { judgesFolder } from '../scripts/judges-folder.mjs'

export const ROOT = resolve(import.meta.dirname, '..')
export const BULLA = [process.execPath, join(ROOT, 'dist/cli/main.cjs')]
/** What everything that runs for a moment is measured over. */
export const BARE = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] }

export const sops = findSops()
export const gitleaks = onPath('gitleaks')
export const folder = mkdtempSync(join(tmpdir(), 'bulla-bench-'))
const identity = await generateX25519Identity()
export const recipient = await identityToRecipient(identity)
/** Nothing of the user's counts. */
export const env = {
  ...{ SOPS_AGE_KEY: identity, HOME: folder, SOPS_DISABLE_VERSION_CHECK: 'true' },
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
}
writeFileSync(join(folder, '.sops.yaml'), `creation_rules:\n  - age: ${recipient}\n`)

/** A command to be measured. @param {...string} args */
export function bulla(...args) {
  return { name: `bulla ${args.join(' ')}`, argv: [...BULLA, ...args], cwd: folder, env }
}

/** What no script for Node can leave out. @param {...string} args - of bench/least.cjs */
export function theLeast(...args) {
  return { name: 'the least', argv: [process.execPath, join(ROOT, 'bench/least.cjs'), ...args], cwd: folder, env }
}

/** The command once, to its end. @param {string} cwd @param {...string} args */
export function runBulla(cwd, ...args) {
  const [node = '', ...words] = [...BULLA, ...args]
  execFileSync(node, words, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** @param {string} name @param {string} text */
export function write(name, text) {
  writeFileSync(join(folder, name), text)
}

/** @param {string} from @param {string} to */
export function seal(from, to) {
  runBulla(folder, 'encrypt', '--quiet', '--output', to, from)
}

function findSops() {
  const named = process.env['BULLA_TEST_SOPS']
  if (named) return named
  const installed = join(judgesFolder(), 'sops')
  return existsSync(installed) ? installed : onPath('sops')
}

/** @param {string} program */
function onPath(program) {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}
