import { describe, expect, it } from 'vitest'
import { type ErrorCode, isBullaError } from '../../src/errors.ts'
import { decodeText, encodeText } from '../../src/format/text.ts'
import type { StoreName } from '../../src/format/tree.ts'
import type { SealKey } from '../../src/operations/seal.ts'
import { rejection } from '../helpers/failure.ts'
import { protectedParts, type Reading, read } from '../helpers/reading.ts'
import { type SealSettings, sealKey, sealWith } from '../helpers/sealing.ts'

/** One small file with every kind of value that the store has, sealed and clear ones. */
interface Case {
  readonly title: string
  readonly store: StoreName
  readonly plain: string
  readonly settings?: SealSettings
}

const YAML = `# canary note
a: canary-1
near_unencrypteD: "7"
m: {n: 42, t: true}
list:
  - canary-2 # behind
  - 1.50
text: |
  canary-3
x_unencrypted: 80
y_unencrypted: clear
`

const CASES: readonly Case[] = [
  { title: 'yaml', store: 'yaml', plain: YAML },
  {
    title: 'yaml with mac_only_encrypted',
    store: 'yaml',
    plain: 'a: canary-1 # canary note\nx_unencrypted: 80\n',
    settings: { macOnlyEncrypted: true },
  },
  { title: 'yaml, two documents', store: 'yaml', plain: 'a: canary-1\n---\na: canary-2\nb_unencrypted: 1\n' },
  {
    title: 'json',
    store: 'json',
    plain: '{"a": "canary-1", "m": {"n": 42, "f": 1.5, "t": true}, "list": ["canary-2", "7"], "x_unencrypted": 80}\n',
  },
  { title: 'dotenv', store: 'dotenv', plain: '# canary note\nA=canary-1\nB=canary-2\nx_unencrypted=clear\n' },
  {
    title: 'ini',
    store: 'ini',
    plain: '; canary note\na = canary-1\n[s]\nb = canary-2\nx_unencrypted = clear\n',
  },
  { title: 'binary', store: 'binary', plain: 'canary\0file\n' },
]

/** Bytes that mean something to one of the stores. */
const SIGNS = Buffer.from(' \n#-":,]}=;[A0\\')

/** What to put in place of a byte: its neighbour and a sign; under SLOW everything. */
function replacements(byte: number, position: number): Set<number> {
  if (process.env['SLOW'] === undefined) {
    const sign = SIGNS[position % SIGNS.length] ?? 0
    return new Set([byte ^ 1, sign === byte ? 0x41 : sign])
  }
  return new Set(Array.from({ length: 255 }, (_, index) => (byte + 1 + index) % 256))
}

describe('a sealed file with one byte changed fails, or has the same values', () => {
  it.each(CASES.map((each) => [each.title, each] as const))(
    '%s',
    async (_title, { store, plain, settings = {} }) => {
      const key = await sealKey(store, settings)
      const sealed = Buffer.from((await sealWith(key, plain, store, settings)).bytes)
      const original = await read(sealed, store)
      expect(original.values.length).toBeGreaterThan(0)
      expect(original.values.some(({ sealed: isSealed }) => isSealed)).toBe(true)
      const wanted = protectedParts(original, settings.macOnlyEncrypted === true)
      const codes = new Set<ErrorCode>()
      let opened = 0
      for (let position = 0; position < sealed.length; position += 1) {
        const byte = sealed[position] ?? 0
        for (const other of replacements(byte, position)) {
          const changed = Buffer.from(sealed)
          changed[position] = other
          const outcome = await read(changed, store).catch((error: unknown) => error)
          const where = `byte ${position}, ${byte} to ${other}`
          if (isBullaError(outcome)) {
            codes.add(outcome.code)
            expect(JSON.stringify(outcome), where).not.toMatch(/canary|AGE-SECRET/)
          } else if (outcome instanceof Error) {
            throw new Error(`${where}: ${outcome.stack}`)
          } else {
            opened += 1
            const reading = outcome as Reading // no error, so it is what read returns
            expect(protectedParts(reading, settings.macOnlyEncrypted === true), where).toEqual(wanted)
            for (const comment of reading.comments) expect(original.comments, where).toContain(comment)
          }
        }
      }
      const usual = ['ERR_VALUE_AUTH', 'ERR_VALUE_FORMAT', 'ERR_MAC_MISMATCH', 'ERR_METADATA', 'ERR_NO_DATA_KEY']
      expect([...codes]).toEqual(expect.arrayContaining(usual))
      expect(codes).not.toContain('ERR_INTERNAL')
      // recipients, versions, spare bits of base64: not all of it is protected
      expect(opened).toBeGreaterThan(0)
    },
    process.env['SLOW'] === undefined ? 60_000 : 3_600_000,
  )
})

/** Files of one shape: values of two keys, a list where there are lists, a clear value, and one more. */
const STRUCTURED: Readonly<Record<'yaml' | 'json' | 'dotenv' | 'ini', (first: string) => string>> = {
  yaml: (first) => `a: ${first}\nb: canary-2\nlist:\n  - canary-3\n  - canary-4\nc_unencrypted: clear\nd: canary-5\n`,
  json: (first) => `{
  "a": "${first}",
  "b": "canary-2",
  "list": [
    "canary-3",
    "canary-4",
    "canary-end"
  ],
  "c_unencrypted": "clear",
  "d": "canary-5"
}
`,
  dotenv: (first) => `a=${first}\nb=canary-2\nc_unencrypted=clear\nd=canary-5\n`,
  ini: (first) => `[s]\na = ${first}\nb = canary-2\nc_unencrypted = clear\nd = canary-5\n`,
}

/** A sealed text, taken apart. */
class Sealed {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** The sealed values in the order of the text, the MAC last. */
  get values(): readonly string[] {
    return this.text.match(/ENC\[AES256_GCM,[^\]]+\]/g) ?? []
  }

  value(index: number): string {
    const found = this.values.at(index)
    if (found === undefined) throw new Error(`there is no sealed value ${index}`)
    return found
  }

  line(index: number): string {
    const found = this.text.split('\n').find((line) => line.includes(this.value(index)))
    if (found === undefined) throw new Error('a sealed value stands on one line')
    return `${found}\n`
  }

  replace(from: string, to: string): string {
    const changed = this.text.replace(from, () => to)
    if (changed === this.text) throw new Error('nothing was changed')
    return changed
  }

  swap(first: string, second: string): string {
    return this.text
      .split(first)
      .map((part) => part.split(second).join(first))
      .join(second)
  }
}

interface Tampering {
  readonly what: string
  readonly code: ErrorCode
  /** Default: all. */
  readonly stores?: readonly StoreName[]
  /** When only sealed values count; the same when left out. */
  readonly macOnlyCode?: ErrorCode | 'opens'
  /**
   * @param sealed - the file
   * @param older - an earlier version of it under the same data key, with another first value
   * @param other - the same file under another data key
   */
  change(sealed: Sealed, older: Sealed, other: Sealed): string
}

const WITH_LISTS: readonly StoreName[] = ['yaml', 'json']

const TAMPERINGS: readonly Tampering[] = [
  {
    what: 'two sealed values swapped',
    code: 'ERR_VALUE_AUTH',
    change: (sealed) => sealed.swap(sealed.value(0), sealed.value(1)),
  },
  {
    what: 'a sealed value copied over another',
    code: 'ERR_VALUE_AUTH',
    change: (sealed) => sealed.replace(sealed.value(1), sealed.value(0)),
  },
  {
    what: 'a sealed value moved to another key',
    code: 'ERR_VALUE_AUTH',
    change: (sealed) => sealed.text.replace(/^(\W*)b\b/m, '$1e'),
  },
  {
    what: 'a sealed value moved to a clear key',
    code: 'ERR_MAC_MISMATCH',
    change: (sealed) => sealed.text.replace(/^(\W*)b\b/m, '$1b_unencrypted'),
  },
  {
    what: 'a clear value moved to a key that is sealed',
    code: 'ERR_VALUE_FORMAT',
    change: (sealed) => sealed.text.replace('c_unencrypted', 'c'),
  },
  {
    what: 'a sealed value replaced by a clear one',
    code: 'ERR_VALUE_FORMAT',
    change: (sealed) => sealed.replace(sealed.value(0), 'canary-1'),
  },
  {
    what: 'two sealed elements of a list swapped',
    code: 'ERR_MAC_MISMATCH',
    stores: WITH_LISTS,
    change: (sealed) => sealed.swap(sealed.value(2), sealed.value(3)),
  },
  {
    what: 'a sealed element of a list duplicated',
    code: 'ERR_MAC_MISMATCH',
    stores: WITH_LISTS,
    change: (sealed) => sealed.replace(sealed.line(2), sealed.line(2).repeat(2)),
  },
  {
    what: 'a sealed element of a list copied over another',
    code: 'ERR_MAC_MISMATCH',
    stores: WITH_LISTS,
    change: (sealed) => sealed.replace(sealed.value(3), sealed.value(2)),
  },
  {
    what: 'a sealed element of a list removed',
    code: 'ERR_MAC_MISMATCH',
    stores: WITH_LISTS,
    change: (sealed) => sealed.replace(sealed.line(2), ''),
  },
  {
    what: 'a sealed value duplicated under its key',
    code: 'ERR_SYNTAX',
    stores: ['yaml', 'ini'],
    change: (sealed) => sealed.replace(sealed.line(1), sealed.line(1).repeat(2)),
  },
  {
    what: 'a sealed value duplicated under its key',
    code: 'ERR_MAC_MISMATCH',
    stores: ['json', 'dotenv'],
    change: (sealed) => sealed.replace(sealed.line(1), sealed.line(1).repeat(2)),
  },
  {
    what: 'a sealed value removed',
    code: 'ERR_MAC_MISMATCH',
    change: (sealed) => sealed.replace(sealed.line(1), ''),
  },
  {
    what: 'two sealed values with their keys in another order',
    code: 'ERR_MAC_MISMATCH',
    change: (sealed) => sealed.swap(sealed.line(0), sealed.line(1)),
  },
  {
    what: 'an older sealed value of the same key',
    code: 'ERR_MAC_MISMATCH',
    change: (sealed, older) => sealed.replace(sealed.value(0), older.value(0)),
  },
  {
    what: 'a sealed value of another file',
    code: 'ERR_VALUE_AUTH',
    change: (sealed, _older, other) => sealed.replace(sealed.value(0), other.value(0)),
  },
  {
    what: 'the MAC of an older version',
    code: 'ERR_MAC_MISMATCH',
    change: (sealed, older) => sealed.replace(sealed.value(-1), older.value(-1)),
  },
  {
    what: 'the MAC of an older version with its time',
    code: 'ERR_MAC_MISMATCH',
    change: (sealed, older) =>
      sealed.replace(sealed.value(-1), older.value(-1)).replace('2026-01-02T03:04:05Z', '2025-01-01T00:00:00Z'),
  },
  {
    what: 'a sealed value in place of the MAC',
    code: 'ERR_MAC_MISMATCH',
    change: (sealed) => sealed.replace(sealed.value(-1), sealed.value(0)),
  },
  {
    what: 'the MAC removed',
    code: 'ERR_MAC_MISSING',
    change: (sealed) => sealed.replace(sealed.line(-1), ''),
  },
  {
    what: 'another selector',
    code: 'ERR_VALUE_FORMAT',
    change: (sealed) => sealed.text.replace('unencrypted_suffix', 'encrypted_suffix'),
  },
  {
    what: 'another selector, under which nothing is sealed',
    code: 'ERR_MAC_MISMATCH',
    change: (sealed) => sealed.text.replace(/un(encrypted_suffix\W+)_unencrypted/, '$1_nothing'),
  },
  {
    what: 'a clear value changed',
    code: 'ERR_MAC_MISMATCH',
    macOnlyCode: 'opens',
    change: (sealed) => sealed.replace('clear', 'cleaR'),
  },
  {
    what: 'a clear value removed',
    code: 'ERR_MAC_MISMATCH',
    macOnlyCode: 'opens',
    change: (sealed) => sealed.text.replace(/^.*c_unencrypted.*\n/m, ''),
  },
  {
    what: 'a clear value added',
    code: 'ERR_MAC_MISMATCH',
    macOnlyCode: 'opens',
    change: (sealed) => sealed.text.replace(/^.*c_unencrypted.*\n/m, (line) => line + line.replace('c_', 'z_')),
  },
]

const TABLE = Object.keys(STRUCTURED).flatMap((store) =>
  [false, true].flatMap((macOnlyEncrypted) =>
    TAMPERINGS.filter(({ stores }) => stores?.includes(store as StoreName) !== false).map((tampering) => ({
      ...tampering,
      title: `${store}${macOnlyEncrypted ? ', mac_only_encrypted' : ''}: ${tampering.what}`,
      store: store as keyof typeof STRUCTURED, // a key of it
      macOnlyEncrypted,
      wanted: macOnlyEncrypted ? (tampering.macOnlyCode ?? tampering.code) : tampering.code,
    })),
  ),
)

describe('a sealed file that was put together differently', () => {
  it.each(TABLE.map((row) => [row.title, row.wanted, row] as const))('%s: %s', async (_title, wanted, row) => {
    const { store, macOnlyEncrypted, change } = row
    const settings = { macOnlyEncrypted }
    const sealAs = async (key: SealKey, first: string, lastModified: string): Promise<Sealed> => {
      const { bytes } = await sealWith(key, STRUCTURED[store](first), store, { ...settings, lastModified })
      return new Sealed(decodeText(bytes))
    }
    const key = await sealKey(store, settings)
    const sealed = await sealAs(key, 'canary-1', '2026-01-02T03:04:05Z')
    const older = await sealAs(key, 'canary-0', '2025-01-01T00:00:00Z')
    const other = await sealAs(await sealKey(store, settings), 'canary-1', '2026-01-02T03:04:05Z')
    const original = await read(encodeText(sealed.text), store)
    const changed = change(sealed, older, other)
    expect(changed).not.toBe(sealed.text)
    const reading = read(encodeText(changed), store)
    if (wanted === 'opens') {
      expect(protectedParts(await reading, true)).toEqual(protectedParts(original, true))
    } else {
      expect((await rejection(reading)).code).toBe(wanted)
    }
  })

  it('yaml: sealed values of two documents swapped: ERR_MAC_MISMATCH', async () => {
    const { bytes } = await sealWith(await sealKey('yaml'), 'a: canary-1\n---\na: canary-2\n', 'yaml')
    const sealed = new Sealed(decodeText(bytes))
    // each document has the metadata, so the first MAC stands between them
    const changed = sealed.swap(sealed.value(0), sealed.value(2))
    expect((await rejection(read(encodeText(changed), 'yaml'))).code).toBe('ERR_MAC_MISMATCH')
  })

  it('binary: the content of an older version: ERR_MAC_MISMATCH', async () => {
    const key = await sealKey('binary')
    const [sealed, older] = [
      new Sealed(decodeText((await sealWith(key, 'canary-new', 'binary')).bytes)),
      new Sealed(decodeText((await sealWith(key, 'canary-old', 'binary')).bytes)),
    ]
    const changed = sealed.replace(sealed.value(0), older.value(0))
    expect((await rejection(read(encodeText(changed), 'binary'))).code).toBe('ERR_MAC_MISMATCH')
  })
})
