import { describe, expect } from 'vitest'
import { it } from '../helpers/sandbox.ts'
import { CONTROLS } from '../helpers/scenarios/controls.ts'
import { GENERIC_LEAKS } from '../helpers/scenarios/generic-leaks.ts'
import { POLICY_LEAKS } from '../helpers/scenarios/policy-leaks.ts'
import { ScenarioRepository } from '../helpers/scenarios/repository.ts'
import { variant } from '../helpers/scenarios/variant.ts'

const SEEDS = Array.from({ length: process.env['SLOW'] === undefined ? 2 : 20 }, (_, index) => index)
const CODES = { block: 1, warn: 0, pass: 0 } as const

const CASES = [...POLICY_LEAKS, ...GENERIC_LEAKS, ...CONTROLS].flatMap((scenario) =>
  SEEDS.map(
    (seed) => [`${scenario.id} (${scenario.verdict}, variant ${seed}): ${scenario.title}`, scenario, seed] as const,
  ),
)

/** Rules named in a report, those that block or those that warn. */
const rulesOf = (err: string, level: string) =>
  [...err.matchAll(new RegExp(`^ {2}${level} ([a-z0-9-]+): `, 'gm'))].map(([, rule]) => rule)

describe('the commit hook in a real repository', () => {
  it.for(CASES)('%s', async ([, scenario, seed], { box }) => {
    const repository = new ScenarioRepository(box, variant(seed))
    await repository.start()
    const secrets = await scenario.stage(repository)
    const { code, out, err } = await repository.hook()

    expect({ code, out }, err).toEqual({ code: CODES[scenario.verdict], out: '' })
    if (scenario.verdict === 'pass') expect(err).toBe('')
    else
      expect(
        rulesOf(err, scenario.verdict).filter((rule) => scenario.rules.includes(rule ?? '')),
        err,
      ).not.toEqual([])
    for (const value of secrets) expect(err).not.toContain(value)
  })
})
