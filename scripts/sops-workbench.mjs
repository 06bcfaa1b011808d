/** Real sops in several versions, run in a throw-away home, for the scripts that record what it does. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, extname, join, resolve } from 'node:path'
import { judgesFolder } from './judges-folder.mjs'

/** @typedef {{ age?: string, key_groups?: { age: string[] }[], shamir_threshold?: number, mac_only_encrypted?: boolean } & Record<string, unknown>} Rule one creation rule of a .sops.yaml */
/** @typedef {{ file: string, input: string | null, version: string, store: string, selector: Rule, keys: string, identities: string[], features: string[], plainAs?: string }} Row */
/** @typedef {{ bytes: Uint8Array, row: Row }} Sealed */

/** The versions whose files are recorded, oldest first: each wrote another layout. */
export const SEALING_VERSIONS = ['3.9.4', '3.12.2', '3.13.2', '3.13.3']
/** Those that are asked whether they can read them. */
export const ALL_VERSIONS = ['3.9.4', '3.12.2', '3.13.0', '3.13.2', '3.13.3']
export const NEWEST = '3.13.3'

const KEYS = resolve(import.meta.dirname, '../fixtures/keys')
const NAMES = /** @type {const} */ (['alice', 'bob', 'carol', 'mallory'])

/** Recipients of the throw-away keys. */
export const PEOPLE = /** @type {Record<typeof NAMES[number], string>} */ (
  Object.fromEntries(NAMES.map((name) => [name, /age1\S+/.exec(readKey(name))?.[0]]))
)

/** @param {string} name */
function readKey(name) {
  return readFileSync(join(KEYS, `${name}.txt`), 'utf8')
}

export function openWorkbench() {
  const home = mkdtempSync(join(tmpdir(), 'bulla-sops-'))
  const programs = new Map(ALL_VERSIONS.map((version) => [version, findSops(version)]))

  /**
   * @param {string} version
   * @param {readonly string[]} args
   * @param {readonly string[]} [identities]
   */
  function run(version, args, identities = []) {
    const { status, stdout, stderr } = spawnSync(programs.get(version) ?? '', args, {
      cwd: join(home, 'work'),
      maxBuffer: 64 * 1024 * 1024,
      // nothing of the user's: no other keys, no settings
      env: { HOME: home, PATH: '/usr/bin:/bin', SOPS_AGE_KEY: identities.map(readKey).join('\n'), EDITOR: 'true' },
    })
    return { status, stdout, stderr: stderr.toString() }
  }

  /** @param {Record<string, string | Uint8Array>} files */
  function fill(files) {
    rmSync(join(home, 'work'), { recursive: true, force: true })
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(home, 'work', name)), { recursive: true })
      writeFileSync(join(home, 'work', name), content)
    }
  }

  return {
    /** The plain file sealed as the rule says. @param {string} version @param {string} name @param {Uint8Array} plain @param {Rule} rule @param {string[]} flags root flags */
    encrypt(version, name, plain, rule, ...flags) {
      // JSON is YAML
      fill({ [name]: plain, '.sops.yaml': JSON.stringify({ creation_rules: [rule] }) })
      const { status, stdout, stderr } = run(version, [...flags, 'encrypt', name])
      if (status !== 0) throw new Error(`sops ${version} cannot encrypt ${name} (${JSON.stringify(rule)}): ${stderr}`)
      return stdout
    },

    /** @param {string} version @param {string} name @param {Uint8Array} sealed @param {readonly string[]} identities @param {string[]} flags */
    decrypt(version, name, sealed, identities, ...flags) {
      fill({ [name]: sealed })
      return run(version, ['decrypt', ...flags, name], identities)
    },

    /** A sealed file after a command that changes it in place. @param {string} version @param {string} name @param {Uint8Array} sealed @param {{ rule?: Rule, identities: readonly string[], args: readonly string[] }} command */
    change(version, name, sealed, { rule, identities, args }) {
      fill({
        [name]: sealed,
        ...(rule === undefined ? {} : { '.sops.yaml': JSON.stringify({ creation_rules: [rule] }) }),
      })
      const { status, stderr } = run(version, args, identities)
      if (status !== 0) throw new Error(`sops ${version} ${args.join(' ')}: ${stderr}`)
      return readFileSync(join(home, 'work', name))
    },

    /** @param {string} name */
    storeOf(name) {
      const stores = { '.yaml': 'yaml', '.json': 'json', '.env': 'dotenv', '.ini': 'ini' }
      return /** @type {Record<string, string>} */ (stores)[extname(name)] ?? 'binary'
    },

    close() {
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** @param {string} version */
function findSops(version) {
  const variable = `BULLA_TEST_SOPS_${version.replaceAll('.', '_')}`
  const candidates = [
    process.env[variable],
    join(judgesFolder(), `sops-${version}`),
    version === NEWEST ? join(judgesFolder(), 'sops') : undefined,
  ]
  const found = candidates.find((path) => path !== undefined && existsSync(path))
  if (found === undefined)
    throw new Error(`no sops ${version}: "npm run judges -- --all" installs it, or set ${variable}`)
  return found
}
