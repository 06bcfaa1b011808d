import { describe, expect, it } from 'vitest'
import { open, storeOf } from '../helpers/sealing.ts'
import { readFixture, sopsFixtures } from '../helpers/sops-fixtures.ts'
import { commentsOf, valuesOf } from '../helpers/trees.ts'
import { decodeText } from '../../src/format/text.ts'

describe('x', () => {
  it.each(sopsFixtures())('$file', async (row) => {
    const { store, file, identities, expect: outcome, plain, plainAs } = row
    const bytes = readFixture(file)
    if (outcome === 'refused') { let e: any; try { await open(bytes, store, {identities}) } catch (x) { e = x }; console.log(file, row.features.join(), JSON.stringify(row.exitCodes), '->', e?.code); return }
    const opened = await open(bytes, store, { identities, ignoreMac: outcome === 'MAC mismatch' })
    const other = plainAs ?? store
    if (store === 'binary') { expect(Buffer.compare(opened.bytes, readFixture(plain!))).toBe(0); return }
    const want = (await storeOf(other)).parse(decodeText(readFixture(plain!))).documents
    expect(valuesOf(opened.documents, other)).toEqual(valuesOf(want, other))
    expect(commentsOf(opened.documents)).toEqual(commentsOf(want))
  })
})
