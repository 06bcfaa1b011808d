import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../../src/config/config.ts'
import type { KeyEntry, Metadata } from '../../../../../src/format/metadata.ts'
import { drift } from '../../../../../src/operations/judge/sealed/drift.ts'
import { ReaderNames } from '../../../../../src/operations/judge/surroundings/reader-names.ts'

const [A, B, C] = ['age1a', 'age1b', 'age1c']
const names = new ReaderNames({ filesIn: async () => new Map() })
const age = (recipient: string): KeyEntry => ({ type: 'age', enc: '', fields: { recipient } })

/** How the readers of a file differ from those of its rule. */
async function told(has: readonly (readonly string[])[], wants: readonly (readonly string[])[]): Promise<string[]> {
  const groups = wants.map((group) => `      - age: [${group.join(', ')}]\n`).join('')
  const policy = Buffer.from(`creation_rules:\n  - key_groups:\n${groups}`)
  const [rule] = parseConfig(policy, '/w/.sops.yaml').rules ?? []
  if (rule === undefined) throw new Error('the policy has no rule')
  const metadata: Metadata = {
    ...{ groups: has.map((group) => group.map(age)), shamirThreshold: 0, lastModified: '', mac: '' },
    ...{ selector: undefined, macOnlyEncrypted: false, version: '3.13.3' },
  }
  const findings = await drift('a.yaml', metadata, rule, { isBinary: false, isStrict: false, names })
  return findings.map(({ message }) => message.replace('the readers are not those of rule 1: ', ''))
}

describe('readers that are not those of the rule', () => {
  it('are named', async () => {
    expect(await told([[A, B]], [[A, C]])).toEqual([`age ${C} is missing, age ${B} is not in the rule`])
    expect(await told([[A, B]], [[B, A]])).toEqual([])
  })

  it('are named with their group where there are several: another one may have the same key', async () => {
    expect(await told([[A], [A]], [[A], [B]])).toEqual([
      `age ${B} is missing in group 1, age ${A} is not in group 1 of the rule`,
    ])
  })

  it('are too few or too many when other numbers of groups open the file', async () => {
    expect(await told([[A]], [[A], [B]])).toEqual([`age ${B} is missing in group 1, 1 key group opens the file, not 2`])
    expect(await told([[A], [B]], [[A]])).toEqual([
      `age ${B} is not in group 1 of the rule, 2 key groups open the file, not 1`,
    ])
  })
})
