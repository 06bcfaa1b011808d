import { describe, expect, it } from 'vitest'
import { exitCodeFor } from '../../src/cli/exit-codes.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { DEFAULT_SELECTOR } from '../../src/format/metadata.ts'
import { decodeText } from '../../src/format/text.ts'
import type { StoreName } from '../../src/format/tree.ts'
import { rejection } from '../helpers/failure.ts'
import { FIXTURES } from '../helpers/people.ts'
import { type Opened, open, storeOf } from '../helpers/sealing.ts'
import { readFixture, type SopsFixture, selectorOf, sopsFixtures } from '../helpers/sops-fixtures.ts'
import { commentsOf, expectSameValues, type PlainValue, valuesOf } from '../helpers/trees.ts'

/** Files that real sops does not open, and what bulla says about them. */
const REFUSED: Readonly<Record<string, ErrorCode>> = {
  'odd/clear-block-texts.yaml': 'ERR_SYNTAX',
  'odd/crlf.env': 'ERR_METADATA',
  'odd/dash-key.ini': 'ERR_MAC_MISMATCH',
  'odd/joined.yaml': 'ERR_VALUE_AUTH',
  'odd/ng.clear-value.yaml': 'ERR_MAC_MISMATCH',
  'odd/ng.cleared.yaml': 'ERR_MAC_MISMATCH',
  'odd/ng.empty-mac.yaml': 'ERR_MAC_MISSING',
  'odd/ng.grammar.yaml': 'ERR_VALUE_FORMAT',
  'odd/ng.in-clear.yaml': 'ERR_VALUE_FORMAT',
  'odd/ng.mac-byte.yaml': 'ERR_MAC_MISMATCH',
  'odd/ng.no-mac.yaml': 'ERR_MAC_MISSING',
  'odd/ng.number-in-clear.yaml': 'ERR_VALUE_FORMAT',
  'odd/ng.removed.yaml': 'ERR_MAC_MISMATCH',
  'odd/ng.renamed.yaml': 'ERR_VALUE_AUTH',
  'odd/ng.repeated.yaml': 'ERR_MAC_MISMATCH',
  'odd/ng.swapped.yaml': 'ERR_VALUE_AUTH',
  'odd/ng.tag-byte.yaml': 'ERR_VALUE_AUTH',
  'odd/ng.unknown-type.yaml': 'ERR_VALUE_FORMAT',
  'odd/ng.value-byte.yaml': 'ERR_VALUE_AUTH',
  'odd/ng.wrapped-key.yaml': 'ERR_NO_DATA_KEY',
  'odd/ng.wrong-type.yaml': 'ERR_VALUE_FORMAT',
  'odd/no-keys.yaml': 'ERR_METADATA',
  'odd/no-lastmodified.yaml': 'ERR_METADATA',
  'odd/not-a-mapping.yaml': 'ERR_METADATA',
  'odd/not-for-mallory.yaml': 'ERR_NO_DATA_KEY',
  'odd/other-lastmodified.yaml': 'ERR_MAC_MISMATCH',
  'odd/other-selector.yaml': 'ERR_MAC_MISMATCH',
  'odd/plain.yaml': 'ERR_NOT_SEALED',
  'odd/short-version.yaml': 'ERR_VERSION',
  'odd/twice.yaml': 'ERR_SYNTAX',
  'odd/two-selectors.yaml': 'ERR_METADATA',
}

/** Files of which sops 3.13.3 makes something else than bulla, with the reason. */
interface Deviation {
  readonly why: string
  /** Bulla refuses it. */
  readonly code?: ErrorCode
  /** Bulla opens it, to this. */
  readonly plain?: string
}

const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  'odd/bad-regex.yaml': {
    why: 'sops takes an expression that does not compile for one that matches nothing, and shows secrets left clear as if all were well',
    code: 'ERR_SELECTOR',
  },
  'odd/no-version.yaml': {
    why: 'rops writes no version; only the sops command asks for one',
    plain: 'plain/no-selector.yaml',
  },
  'odd/two-list-comments.yaml': {
    why: 'sops forgets the comment that seals when a sealed one stands between it and the value (#2281): it cannot open its own file',
    plain: 'plain/two-list-comment-nodes.yaml',
  },
  'odd/clear-negative-zero.yaml': {
    why: 'sops hashes -0.0 as it was read, writes -0, and reads that back as the integer 0: it cannot open its own file',
    plain: 'plain/clear-negative-zero.yaml',
  },
}

/** Differences in comments alone. A row of plain text: what sops writes, and what bulla does. */
const MOVED_COMMENTS: Readonly<Record<string, { readonly why: string; readonly comment: string }>> = {
  'odd/moved-comment.yaml': {
    why: 'sops looks for a sealed comment only where it stands, and leaves it sealed; bulla looks in the collections around too',
    comment: '0:/branch # first comment of the file',
  },
}

/** Clear comments where sealed ones belong are kept, in sops with a warning. */
const CLEAR_COMMENTS: Readonly<Record<string, number>> = { 'odd/clear-comments.yaml': 2 }

const rows = sopsFixtures()
const rowOf = (file: string): SopsFixture => {
  const found = rows.find((row) => row.file === file)
  if (found === undefined) throw new Error(`${file} is not in ${FIXTURES}/sops/index.json`)
  return found
}
const opening = rows.filter(({ file, expect }) => expect.startsWith('opens') && !(file in DEVIATIONS))
const mismatching = rows.filter(({ file, expect }) => expect === 'MAC mismatch' && !(file in DEVIATIONS))

const openRow = (row: SopsFixture, ignoreMac = false): Promise<Opened> =>
  open(readFixture(row.file), row.store, { identities: row.identities, ignoreMac })

/** What real sops decrypted a file to; of binary files, which have no parts, the bytes. */
async function expected(plain: string, store: StoreName): Promise<{ values: PlainValue; comments: string[] }> {
  const bytes = readFixture(plain)
  if (store === 'binary') return { values: Buffer.from(bytes).toString('hex'), comments: [] }
  const { documents } = (await storeOf(store)).parse(decodeText(bytes))
  return { values: valuesOf(documents, store), comments: commentsOf(documents) }
}

/** The same of a file that bulla opened: once of what it holds in memory, once of the text it gives out. */
async function found(opened: Opened, store: StoreName): Promise<{ values: PlainValue; comments: string[] }[]> {
  if (store === 'binary') return [{ values: Buffer.from(opened.bytes).toString('hex'), comments: [] }]
  const { documents } = (await storeOf(store)).parse(opened.text)
  return [opened.documents, documents].map((each) => ({ values: valuesOf(each, store), comments: commentsOf(each) }))
}

async function expectPlain(row: SopsFixture, opened: Opened, plain: string): Promise<void> {
  const want = await expected(plain, row.plainAs ?? row.store)
  const moved = MOVED_COMMENTS[row.file]
  for (const got of await found(opened, row.store)) {
    expectSameValues(got.values, want.values)
    if (moved === undefined) {
      if (row.plainAs === undefined) expect(got.comments).toEqual(want.comments)
    } else {
      const sealed = want.comments.filter((comment) => /#ENC\[.*type:comment\]$/.test(comment))
      expect(sealed).toHaveLength(1)
      const others = want.comments.filter((comment) => !sealed.includes(comment))
      expect(got.comments).toEqual([...others, moved.comment].sort())
    }
  }
}

describe('the fixtures', () => {
  it('are of four versions of sops, every store, every selector, and all are looked at', () => {
    expect(new Set(rows.map(({ version }) => version))).toEqual(
      new Set(['3.9.4', '3.12.2', '3.13.0', '3.13.2', '3.13.3']),
    )
    expect(new Set(rows.map(({ store }) => store))).toEqual(new Set(['yaml', 'json', 'dotenv', 'ini', 'binary']))
    expect(new Set(rows.map((row) => selectorOf(row)?.field)).size).toBe(7)
    const known = [...opening.map(({ file }) => file), ...Object.keys(REFUSED), ...Object.keys(DEVIATIONS)]
    expect(known.sort()).toEqual(rows.map(({ file }) => file).sort())
    expect(opening.length).toBeGreaterThan(300)
  })
})

describe('what the real sops sealed opens to the values and comments that sops sees', () => {
  it.each(opening.map((row) => [row.file, row] as const))('%s', async (file, row) => {
    if (row.plain === null) throw new Error('sops opened it, so there is a plain file')
    const opened = await openRow(row)
    await expectPlain(row, opened, row.plain)
    expect(opened.unopenedComments).toBe(CLEAR_COMMENTS[file] ?? 0)
  })

  it.each(opening.filter(({ input }) => input !== null).map((row) => [row.file, row] as const))(
    '%s says how it was sealed',
    async (_file, row) => {
      const { metadata } = await openRow(row)
      expect(metadata.version).toBe(row.version)
      expect(metadata.macOnlyEncrypted).toBe(row.selector['mac_only_encrypted'] === true && row.store !== 'binary')
      expect(metadata.groups).toHaveLength(row.keys === 'shamir' ? 3 : 1)
      expect(metadata.groups.flat()).toHaveLength(row.keys === 'one' ? 1 : 3)
      expect(metadata.shamirThreshold).toBe(row.keys === 'shamir' ? 2 : 0)
      // sops records no selector in binary files since 3.11
      if (row.store !== 'binary') expect(metadata.selector).toEqual(selectorOf(row) ?? DEFAULT_SELECTOR)
    },
  )
})

describe('their MAC is verified', () => {
  it.each(opening.map((row) => [row.file, row] as const))('%s', async (_file, row) => {
    // the time is bound to the MAC, and to nothing else
    const sealed = Buffer.from(readFixture(row.file)).toString('latin1')
    const changed = sealed.replace(/(lastmodified\W+)2[0-9]{3}-/i, '$11999-')
    expect(changed).not.toBe(sealed)
    const bytes = Buffer.from(changed, 'latin1')
    const { code } = await rejection(open(bytes, row.store, { identities: row.identities }))
    expect(code).toBe('ERR_MAC_MISMATCH')
  })
})

describe('who can open them', () => {
  const withKeys = (keys: SopsFixture['keys']) => opening.filter((row) => row.keys === keys)

  it('each of several recipients', async () => {
    expect(withKeys('several').length).toBeGreaterThan(10)
    for (const row of withKeys('several')) {
      for (const person of ['alice', 'bob', 'carol'] as const) {
        const { bytes } = await open(readFixture(row.file), row.store, { identities: [person] })
        expect(bytes, `${row.file} for ${person}`).toEqual((await openRow(row)).bytes)
      }
    }
  })

  it('any two of three key groups, but not one', async () => {
    expect(withKeys('shamir').length).toBeGreaterThan(10)
    for (const row of withKeys('shamir')) {
      for (const identities of [['alice', 'bob'] as const, ['bob', 'carol'] as const]) {
        const { bytes } = await open(readFixture(row.file), row.store, { identities })
        expect(bytes, `${row.file} for ${identities.join()}`).toEqual((await openRow(row)).bytes)
      }
      const { code } = await rejection(open(readFixture(row.file), row.store, { identities: ['carol'] }))
      expect(code, row.file).toBe('ERR_NO_DATA_KEY')
    }
  })
})

describe('what real sops does not open, bulla refuses', () => {
  it.each(Object.entries(REFUSED))('%s: %s, with the exit code of sops', async (file, code) => {
    const row = rowOf(file)
    expect(row.expect).not.toMatch(/^opens/)
    const error = await rejection(openRow(row))
    expect(error.code).toBe(code)
    expect(exitCodeFor(error, 'decrypt')).toBe(row.exitCodes['3.13.3'])
  })

  it.each(mismatching.map((row) => [row.file, row] as const))(
    '%s opens without regard to the MAC, as in sops',
    async (_file, row) => {
      if (row.plain === null) throw new Error('sops --ignore-mac opened it, so there is a plain file')
      await expectPlain(row, await openRow(row, true), row.plain)
    },
  )

  it.each(rows.filter(({ expect }) => expect === 'refused').flatMap(({ file }) => (file in REFUSED ? [file] : [])))(
    '%s does not open without regard to the MAC either',
    async (file) => {
      expect((await rejection(openRow(rowOf(file), true))).code).toBe(REFUSED[file])
    },
  )
})

describe('where bulla differs on purpose', () => {
  const deviations = Object.entries(DEVIATIONS).map(([file, { why, ...result }]) => [file, why, result] as const)
  it.each(deviations)('%s: %s', async (file, _why, { code, plain }) => {
    const row = rowOf(file)
    // a refusal is only a deviation when sops opens the file, and the other way round
    expect(row.expect.startsWith('opens')).toBe(code !== undefined)
    if (code !== undefined) {
      expect((await rejection(openRow(row))).code).toBe(code)
      expect((await rejection(openRow(row, true))).code).toBe(code)
    }
    if (plain !== undefined) await expectPlain(row, await openRow(row), plain)
  })
})
