import { describe, expect, it } from 'vitest'
import { scanText } from '../../../src/scan/engine.ts'
import { CONTEXTS, type Context, placeIn } from '../../helpers/credentials/contexts.ts'
import { dice } from '../../helpers/credentials/draw.ts'
import { KINDS } from '../../helpers/credentials/kinds.ts'
import { makeNegatives } from '../../helpers/credentials/negatives.ts'

const ROUNDS = process.env['SLOW'] === undefined ? 3 : 30

/** What must be found, as parts of one: at block level, and at any. */
const FLOORS: Readonly<Record<Context, readonly [block: number, any: number]>> = {
  dotenv: [0.8, 0.92],
  yaml: [0.8, 0.92],
  typescript: [0.76, 0.92],
  kubernetes: [0.85, 0.92],
}

describe('the corpus of credentials', () => {
  it('has at least a hundred kinds and three hundred examples', () => {
    expect(KINDS.length).toBeGreaterThanOrEqual(100)
    expect(KINDS.length * ROUNDS).toBeGreaterThanOrEqual(300)
    expect(makeNegatives().length).toBeGreaterThanOrEqual(340)
  })

  it.each(CONTEXTS)('is found in %s', (context) => {
    const examples = KINDS.flatMap(({ variable, make }, kind) =>
      Array.from({ length: ROUNDS }, (_, round) => placeIn(context, variable, make(dice(1000 * kind + round)))),
    )
    const found = examples.map((example) => scanText(example.text, example))
    const isCertain = found.filter((findings) =>
      // what counts is the credential, not that it stands in a Secret
      findings.some(({ level, rule }) => level === 'block' && rule !== 'kubernetes-secret'),
    )
    const [block, any] = FLOORS[context]
    expect(isCertain.length / examples.length).toBeGreaterThanOrEqual(block)
    expect(found.filter((findings) => findings.length > 0).length / examples.length).toBeGreaterThanOrEqual(any)
  })
})

describe('what looks like a credential and is none', () => {
  it('blocks nothing but for three of three hundred and forty', () => {
    const blocked = makeNegatives().filter((example) =>
      scanText(example.text, example).some(({ level }) => level === 'block'),
    )
    expect(blocked.length).toBeLessThanOrEqual(3)
  })

  it('warns of little', () => {
    const negatives = makeNegatives()
    const warned = negatives.filter((example) => scanText(example.text, example).length > 0)
    // nearly all of them have the form of a token, and a wrong checksum
    expect(warned.filter(({ name }) => name !== 'wrong checksum').length / negatives.length).toBeLessThanOrEqual(0.02)
  })
})
