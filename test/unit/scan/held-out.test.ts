import { describe, expect, it } from 'vitest'
import { scanText } from '../../../src/scan/engine.ts'
import { CARRIERS } from '../../helpers/credentials/held-out/carriers.ts'
import { heldOutValues } from '../../helpers/credentials/held-out/kinds.ts'
import { heldOutNegatives } from '../../helpers/credentials/held-out/negatives.ts'

const ROUNDS = process.env['SLOW'] === undefined ? 1 : 10

/** A corpus of its own, written without a look at the rules: docs/rules.md tells what was found before and after. */
describe('the held-out corpus', () => {
  it.each(Object.entries(CARRIERS))('is found in %s', (_name, carrier) => {
    const found = Array.from({ length: ROUNDS }, (_, round) => heldOutValues(round))
      .flat()
      .map(({ kind, value }) => carrier(kind.variable, value))
      .map((example) => scanText(example.text, example))
    const blocked = found.filter((findings) => findings.some(({ level }) => level === 'block'))
    expect(found.length).toBeGreaterThan(150)
    expect(blocked.length / found.length).toBeGreaterThanOrEqual(0.9)
    expect(found.filter((findings) => findings.length > 0).length / found.length).toBeGreaterThanOrEqual(0.96)
  })

  it('has hard negatives, of which next to none is found', () => {
    const negatives = heldOutNegatives()
    const found = negatives.map((example) => scanText(example.text, example)).filter((findings) => findings.length > 0)
    expect(negatives.length).toBeGreaterThan(340)
    expect(found.filter((findings) => findings.some(({ level }) => level === 'block')).length).toBeLessThanOrEqual(3)
    expect(found.length / negatives.length).toBeLessThanOrEqual(0.02)
  })
})
