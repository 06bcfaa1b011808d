import { describe, expect, it } from 'vitest'
import type { CleanScope } from '../../../../src/operations/cache/clean-blobs.ts'
import { emptyKnownFile } from '../../../../src/operations/known/known-file.ts'
import { KnownScanner } from '../../../../src/operations/known/known-scanner.ts'
import { CleanTexts } from '../../../../src/operations/scan/clean-texts.ts'
import { Fingerprinter } from '../../../../src/scan/known/fingerprint.ts'

const VALUE = 'Tr0ub4dor&3-horse'

function scope(): CleanScope {
  const known = new Set<string>()
  return { has: (...about) => known.has(about.join()), add: (...about) => known.add(about.join()) }
}

function knowing(...values: readonly string[]): KnownScanner {
  const known = emptyKnownFile(new Uint8Array(32).fill(1))
  const fingerprinter = new Fingerprinter(known.key)
  for (const value of values) {
    const fingerprint = fingerprinter.of(value)
    known.values.set(fingerprint.id, { ...fingerprint, origin: '["a.yaml","b"]' })
  }
  return new KnownScanner(known, { root: '/', isFile: () => true })
}

describe('texts in which nothing was found', () => {
  it('hold nothing when another value becomes known of which they have no copy', () => {
    const butCopies = scope()
    new CleanTexts(scope(), butCopies, undefined).add('file', 'a', '1')
    const now = new CleanTexts(scope(), butCopies, knowing(VALUE))
    expect(now.has('file', 'a', '1')).toBe(false)
    expect(now.hasNoNewCopy(Buffer.from(`use ${VALUE}`), 'file', 'a', '1')).toBe(false)
    expect(now.has('file', 'a', '1')).toBe(false)
    expect(now.hasNoNewCopy(Buffer.from('use another'), 'file', 'a', '1')).toBe(true)
    expect(now.has('file', 'a', '1')).toBe(true)
  })

  it('are only those that were looked into by the same rules', () => {
    const texts = new CleanTexts(scope(), scope(), knowing(VALUE))
    expect(texts.hasNoNewCopy(Buffer.from('use another'), 'file', 'a', '1')).toBe(false)
  })
})
