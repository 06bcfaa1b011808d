/**
 * `node scripts/fixtures.mjs`: writes fixtures/sops anew with the real sops, in four versions, and the table that says
 * what each file is. Needs the versions that `npm run judges -- --all` installs, or BULLA_TEST_SOPS_3_9_4 and so on.
 *
 * Inputs, names, keys and selectors are fixed. What changes from run to run is what sops draws or reads from the clock:
 * data keys, wrapped keys, IVs (so every ciphertext) and `lastmodified`. Plain files and the table stay the same.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { oddFixtures } from './fixtures-odd.mjs'
import { ALL_VERSIONS, NEWEST, openWorkbench, PEOPLE, SEALING_VERSIONS } from './sops-workbench.mjs'

const FOLDER = resolve(import.meta.dirname, '../fixtures/sops')

/** @typedef {import('./sops-workbench.mjs').Rule} Rule */

/** @type {Readonly<Record<string, Rule>>} */
const SELECTORS = {
  default: {},
  'unencrypted-suffix': { unencrypted_suffix: '_enc' },
  'encrypted-suffix': { encrypted_suffix: '_enc' },
  'unencrypted-regex': { unencrypted_regex: '^(metadata|kind|apiVersion|name|title|port_.*)$' },
  'encrypted-regex': { encrypted_regex: '^(data|stringData|password.*)$' },
  'unencrypted-comment-regex': { unencrypted_comment_regex: 'sops:clear' },
  'encrypted-comment-regex': { encrypted_comment_regex: 'sops:encrypt' },
  'mac-only': { encrypted_regex: '^(data|stringData|password.*)$', mac_only_encrypted: true },
  'mac-only-default': { mac_only_encrypted: true },
}

/** @type {Readonly<Record<string, Rule>>} */
const KEYS = {
  several: { age: [PEOPLE.alice, PEOPLE.bob, PEOPLE.carol].join(',') },
  shamir: {
    key_groups: [{ age: [PEOPLE.alice] }, { age: [PEOPLE.bob] }, { age: [PEOPLE.carol] }],
    shamir_threshold: 2,
  },
}

const EVERY = Object.keys(SELECTORS)
const COMMENTED = EVERY.filter((name) => name !== 'unencrypted-suffix' && name !== 'mac-only-default')

/** Which inputs are sealed how, and what is special about them. */
const CASES = [
  { input: 'values.yaml', variants: EVERY, features: ['all value types', 'odd keys'] },
  { input: 'comments.yaml', variants: [...COMMENTED, 'several', 'shamir'], features: ['comments'] },
  { input: 'list-comments.yaml', variants: COMMENTED, features: ['comments', 'list comments'] },
  {
    input: 'documents.yaml',
    variants: ['default', 'encrypted-regex', 'encrypted-comment-regex', 'mac-only', 'shamir'],
    features: ['several documents', 'comments'],
  },
  // sops reads times from 3.10 on
  { input: 'times.yaml', variants: ['default', 'mac-only-default'], features: ['times'], since: '3.12.2' },
  { input: 'values.json', variants: [...EVERY, 'several', 'shamir'], features: ['all value types', 'odd keys'] },
  { input: 'values.env', variants: [...EVERY, 'several'], features: ['comments', 'odd keys'] },
  // sops 3.9 panics on the number in this metadata
  { input: 'values.env', variants: ['shamir'], features: ['comments', 'odd keys'], since: '3.12.2' },
  { input: 'values.ini', variants: [...EVERY, 'several', 'shamir'], features: ['comments', 'odd keys'] },
  // binary files ignore selectors
  { input: 'text.bin', variants: ['default', 'encrypted-regex', 'shamir'], features: ['text'] },
  { input: 'bytes.bin', variants: ['default', 'several'], features: ['not UTF-8'] },
  { input: 'empty.bin', variants: ['default'], features: ['empty'] },
]

/** Plain files, each content once: the same case gives the same one in most versions. */
class PlainFiles {
  /** @type {Map<string, Buffer[]>} */
  #byName = new Map()

  /** @param {string} name @param {Buffer} content @returns its path */
  add(name, content) {
    const known = this.#byName.get(name) ?? []
    this.#byName.set(name, known)
    const at = known.findIndex((other) => other.equals(content))
    const index = at < 0 ? known.push(content) - 1 : at
    const extension = extname(name)
    const path = `plain/${basename(name, extension)}${index === 0 ? '' : `.${index + 1}`}${extension}`
    if (at < 0) write(path, content)
    return path
  }

  get size() {
    return [...this.#byName.values()].flat().length
  }
}

const bench = openWorkbench()
try {
  main()
} finally {
  bench.close()
}

function main() {
  for (const name of readdirSync(FOLDER, { withFileTypes: true })) {
    if (name.isDirectory() && name.name !== 'input') rmSync(join(FOLDER, name.name), { recursive: true })
  }
  const sealed = [...sealInputs(), ...oddFixtures(bench, (name) => readFileSync(join(FOLDER, 'input', name)))]
  const plains = new PlainFiles()
  const rows = sealed.map(({ bytes, row }) => {
    write(row.file, bytes)
    return { ...row, ...judge(row, bytes, plains) }
  })
  const lines = rows.map((row) => `  ${JSON.stringify(row)}`)
  writeFileSync(join(FOLDER, 'index.json'), `[\n${lines.join(',\n')}\n]\n`)
  console.log(`${rows.length} sealed files, ${plains.size} plain ones`)
}

/** @returns {import('./sops-workbench.mjs').Sealed[]} */
function sealInputs() {
  const work = SEALING_VERSIONS.flatMap((version) =>
    CASES.filter(
      ({ since }) => since === undefined || SEALING_VERSIONS.indexOf(since) <= SEALING_VERSIONS.indexOf(version),
    ).flatMap(({ input, variants, features }) => variants.map((variant) => ({ version, input, variant, features }))),
  )
  return work.map(({ version, input, variant, features }) => {
    const extension = extname(input)
    const name = `${basename(input, extension)}.${variant}${extension}`
    const rule = { age: PEOPLE.alice, ...SELECTORS[variant] }
    const { age: _one, ...selector } = rule
    const keys = KEYS[variant]
    return {
      bytes: bench.encrypt(version, input, readFileSync(join(FOLDER, 'input', input)), keys ?? rule),
      row: {
        file: `${version}/${name}`,
        input: `input/${input}`,
        version,
        store: bench.storeOf(name),
        selector: keys === undefined ? selector : {},
        keys: keys === undefined ? 'one' : variant,
        identities: variant === 'shamir' ? ['alice', 'carol'] : variant === 'several' ? ['bob'] : ['alice'],
        features,
      },
    }
  })
}

/**
 * What each version of sops makes of a sealed file, and the plain file of the newest one that verifies it.
 *
 * @param {import('./sops-workbench.mjs').Row} row
 * @param {Uint8Array} bytes
 * @param {PlainFiles} plains
 */
function judge({ file, identities, plainAs }, bytes, plains) {
  const name = basename(file)
  const flags = plainAs === undefined ? [] : ['--output-type', plainAs]
  const plainName = plainAs === undefined ? name : `${name}.${plainAs}`
  const tries = ALL_VERSIONS.map((version) => ({
    version,
    ...bench.decrypt(version, name, bytes, identities, ...flags),
  }))
  const exitCodes = Object.fromEntries(tries.map(({ version, status }) => [version, status]))
  const best = tries.findLast(({ status }) => status === 0)
  if (best !== undefined) {
    return {
      exitCodes,
      expect: best.version === NEWEST ? 'opens' : `opens with ${best.version}`,
      plain: plains.add(plainName, best.stdout),
    }
  }
  const loose = bench.decrypt(NEWEST, name, bytes, identities, '--ignore-mac')
  return {
    exitCodes,
    expect: exitCodes[NEWEST] === 51 ? 'MAC mismatch' : 'refused',
    plain: loose.status === 0 ? plains.add(plainName, loose.stdout) : null,
  }
}

/** @param {string} path @param {Uint8Array} bytes */
function write(path, bytes) {
  const target = join(FOLDER, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, bytes)
}
