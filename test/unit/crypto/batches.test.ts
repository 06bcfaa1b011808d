import { createCipheriv, createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sealValue } from '../../../src/crypto/cipher.ts'
import { asDataKey } from '../../../src/crypto/data-key.ts'
import { NOT_SEALED, OpenBatch } from '../../../src/crypto/open-batch.ts'
import { CiphertextPool } from '../../../src/crypto/reuse.ts'
import { SealBatch } from '../../../src/crypto/seal-batch.ts'
import { formatSealed, parseSealed } from '../../../src/format/enc.ts'
import { encodeText } from '../../../src/format/text.ts'
import type { Leaf } from '../../../src/format/tree.ts'
import { random } from '../../helpers/random.ts'
import { runs } from '../../helpers/runs.ts'

const KEY = bytesOf('key', 32)

interface Value {
  readonly iv: Uint8Array
  readonly aad: string
  readonly plain: string
}

/** Every length around the edges of blocks, for IV, AAD and data. */
const LENGTHS: readonly Value[] = [1, 11, 12, 13, 15, 16, 17, 31, 32, 33, 64, 128].flatMap((ivLength) =>
  [0, 1, 15, 16, 17, 48, 100, 5000].flatMap((aadLength) =>
    [1, 15, 16, 17, 31, 32, 33, 1000].map((length) => ({
      iv: bytesOf('iv', ivLength),
      aad: 'a'.repeat(aadLength),
      plain: 'p'.repeat(length),
    })),
  ),
)

/** One value, or enough of them for the kernel, or for it to be called several times. */
const COUNTS = [1, 7, 8, 255, 256, 257, 600]

describe('opening many values together', () => {
  it('gives what OpenSSL sealed, for IVs, AADs and data of all lengths', () => {
    expect(openAll(LENGTHS.map(sealedByOpenssl))).toEqual(LENGTHS.map(({ plain }) => plain))
  })

  it.each(COUNTS)('gives what OpenSSL sealed, for %d values', (count) => {
    const values = Array.from({ length: count }, (_, index) => valueAt(index))
    expect(openAll(values.map(sealedByOpenssl))).toEqual(values.map(({ plain }) => plain))
  })

  it('gives what OpenSSL sealed, whatever stands in it', () => {
    const text = fc.oneof(fc.string({ minLength: 1 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }))
    const aad = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('\udcff:'))
    const values = fc.array(fc.record({ iv: fc.uint8Array({ minLength: 1, maxLength: 70 }), aad, plain: text }))
    fc.assert(
      fc.property(values, (some) => {
        expect(openAll(some.map(sealedByOpenssl))).toEqual(some.map(({ plain }) => plain))
      }),
      runs(100),
    )
  })

  it('gives the bytes of all values to the sink, in order', () => {
    const values = Array.from({ length: 600 }, (_, index) => valueAt(index))
    const sealed = values.map(sealedByOpenssl)
    const { batch, numbers } = opened(sealed)
    const bytes: Buffer[] = []
    const sink = {
      add: (added: Uint8Array, start?: number, end?: number) => bytes.push(Buffer.from(added.subarray(start, end))),
    }
    for (const [index, { aad, text }] of sealed.entries()) {
      if (index % 2 === 0) batch.take(numbers[index] ?? NOT_SEALED, aad, text, sink)
      else expect(batch.give(numbers[index] ?? NOT_SEALED, aad, text, sink)).toBe(true)
    }
    expect(bytes.map(String)).toEqual(values.map(({ plain }) => plain))
  })

  it('does not open the one value whose place or any character of whose text was changed', () => {
    const sealed = Array.from({ length: 10 }, (_, index) => sealedByOpenssl(valueAt(index)))
    const plain = Array.from({ length: 10 }, (_, index) => valueAt(index).plain)
    const [first] = sealed
    if (first === undefined) throw new Error('there is a first one')
    const { text } = first
    const changed = [...text].flatMap((character, at) =>
      ['A', 'B', '=', ',', 'Ł', ''].flatMap((other) =>
        other === character || at >= text.indexOf(',type:') ? [] : [text.slice(0, at) + other + text.slice(at + 1)],
      ),
    )
    for (const other of changed) {
      const [one, ...others] = openAll([{ ...first, text: other }, ...sealed.slice(1)])
      // spare bits of base64 say nothing: sops takes them too
      if (sameBytes(other, text)) continue
      expect(one).toBeUndefined()
      expect(others).toEqual(plain.slice(1))
    }
    expect(openAll([{ ...first, aad: 'other:' }, ...sealed.slice(1)])).toEqual([undefined, ...plain.slice(1)])
  })

  it('says of what type a text is, and which one is no sealed value', () => {
    const { text, aad } = sealedByOpenssl(valueAt(0))
    const odd = [text.replace('type:str', 'type:comment'), text.replace('iv:', 'iv:*'), 'ENC[AES256', 'plain']
    const texts = [text, ...odd]
    for (const others of [0, 20]) {
      const all = [...texts, ...Array.from({ length: others }, () => text)]
      const { batch, numbers } = opened(all.map((one) => ({ aad, text: one })))
      const types = numbers.slice(0, texts.length).map((number) => batch.type(number))
      expect(types).toEqual(['str', 'comment', undefined, undefined, undefined])
    }
  })
})

describe('sealing many values together', () => {
  const leaves: readonly Leaf[] = [
    { kind: 'scalar', type: 'str', value: 'a text' },
    { kind: 'scalar', type: 'str', value: 'Ünïcödé 🔑' },
    { kind: 'scalar', type: 'int', value: '42' },
    { kind: 'scalar', type: 'float', value: '1.5', exact: '1.50' },
    { kind: 'scalar', type: 'bool', value: 'True' },
    { kind: 'comment', text: ' a comment', inline: false },
    { kind: 'scalar', type: 'str', value: 'long '.repeat(2000) },
    { kind: 'scalar', type: 'str', value: '', bytes: Buffer.from([1, 2, 255]) },
  ]

  it.each(COUNTS)('gives what OpenSSL gives for each of %d values', (count) => {
    const items = Array.from({ length: count }, (_, index) => ({
      aad: index % 3 === 0 ? `schlüssel_${index}:` : `key_${index}:${index % 50 === 7 ? 'long:'.repeat(1000) : ''}`,
      leaf: leaves[index % leaves.length] as Leaf,
    }))
    const sealed = sealAll(items)
    expect(sealed).toEqual(items.map(({ aad, leaf }, index) => sealedAlone(aad, leaf, sealed[index])))
    expect(new Set(sealed.map(ivOf)).size).toBe(count)
  })

  it('gives what OpenSSL gives where one value is no Unicode', () => {
    const items = Array.from({ length: 20 }, (_, index) => {
      // the two halves of a character, one behind the other
      const value = index === 10 ? '\ud83d' : index === 11 ? '\udd11' : `value ${index}`
      return { aad: `key_${index}:`, leaf: { kind: 'scalar', type: 'str', value } as const }
    })
    const sealed = sealAll(items)
    expect(sealed).toEqual(items.map(({ aad, leaf }, index) => sealedAlone(aad, leaf, sealed[index])))
  })

  it('takes ciphertexts that are there, in between', () => {
    const pool = new CiphertextPool()
    const leaf: Leaf = { kind: 'scalar', type: 'str', value: 'known' }
    pool.add('key_1:', leaf, 'ENC[known]')
    const items = Array.from({ length: 12 }, (_, index) => ({ aad: `key_${index}:`, leaf }))
    const sealed = sealAll(items, pool)
    expect(sealed[1]).toBe('ENC[known]')
    expect(sealed.filter((text) => text.startsWith('ENC[AES256_GCM,data:'))).toHaveLength(11)
  })
})

function bytesOf(seed: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

function valueAt(index: number): Value {
  const plain = index % 5 === 4 ? `wert ${index} ß` : `value ${index}`
  return { iv: bytesOf(`iv ${index}`, 32), aad: index % 7 === 6 ? `ключ_${index}:` : `key_${index}:`, plain }
}

function sealedByOpenssl({ iv, aad, plain }: Value): { aad: string; text: string } {
  const cipher = createCipheriv('aes-256-gcm', KEY, iv, { authTagLength: 16 })
  cipher.setAAD(encodeText(aad))
  const data = Buffer.concat([cipher.update(encodeText(plain)), cipher.final()]).toString('base64')
  const [ivText, tag] = [Buffer.from(iv).toString('base64'), cipher.getAuthTag().toString('base64')]
  return { aad, text: formatSealed(data, ivText, tag, 'str') }
}

function opened(sealed: readonly { aad: string; text: string }[]) {
  const batch = new OpenBatch(asDataKey(KEY.slice()))
  const numbers = sealed.map(({ aad, text }) => batch.add(aad, text))
  batch.open()
  return { batch, numbers }
}

function openAll(sealed: readonly { aad: string; text: string }[]): (string | undefined)[] {
  const { batch, numbers } = opened(sealed)
  const texts = sealed.map(({ aad, text }, index) => batch.take(numbers[index] ?? NOT_SEALED, aad, text))
  batch.wipe()
  return texts
}

/** Whether two sealed texts stand for the same bytes. */
function sameBytes(one: string, other: string): boolean {
  const parts = (text: string) =>
    /^ENC\[AES256_GCM,data:([^,]*),iv:([^,]*),tag:([^,]*),/
      .exec(text)
      ?.slice(1)
      .map((part) => `${part.length} ${Buffer.from(part, 'base64').toString('hex')}`)
  return JSON.stringify(parts(one)) === JSON.stringify(parts(other))
}

function sealAll(items: readonly { aad: string; leaf: Leaf }[], pool?: CiphertextPool): string[] {
  const batch = new SealBatch(asDataKey(KEY.slice()), random, pool)
  const numbers = items.map(({ aad, leaf }) => batch.add(aad, leaf))
  batch.seal()
  return numbers.map((number) => batch.sealed(number))
}

function ivOf(sealed: string): string {
  return Buffer.from(parseSealed(sealed)?.iv ?? []).toString('hex')
}

/** What OpenSSL gives for a leaf under the IV of `sealed`. */
function sealedAlone(aad: string, leaf: Leaf, sealed: string | undefined): string {
  const iv = parseSealed(sealed ?? '')?.iv ?? new Uint8Array()
  const plaintext =
    leaf.kind === 'comment' ? encodeText(leaf.text) : (leaf.bytes ?? encodeText(leaf.exact ?? leaf.value))
  const type = leaf.kind === 'comment' ? 'comment' : leaf.type
  return sealValue({ dataKey: asDataKey(KEY.slice()), iv, aad: encodeText(aad), plaintext, type })
}
