import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { MARKER } from '../helpers/canary.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const SECRET = `${MARKER}-hunter2`
const PLAIN = `# note\na: '${SECRET}'\n`
const THRESHOLD = '--shamir-secret-sharing-threshold'

/** A file for us, bob and carol, one group each, of which two are needed. */
async function threeGroups(box: Sandbox) {
  const [bob, carol] = [newIdentity(), newIdentity()]
  const groups = [box.recipient, bob.recipient, carol.recipient].map((recipient) => ({ age: [recipient] }))
  box.write('.sops.yaml', `creation_rules:\n  - shamir_threshold: 2\n    key_groups: ${JSON.stringify(groups)}\n`)
  box.write('a.yaml', PLAIN)
  await box.bulla(['encrypt', '-i', 'a.yaml'])
  return { bob, carol, env: { SOPS_AGE_KEY: `${bob.identity}\n${carol.identity}` } }
}

async function oneGroup(box: Sandbox): Promise<void> {
  box.policy()
  box.write('a.yaml', PLAIN)
  await box.bulla(['encrypt', '-i', 'a.yaml'])
}

const opensWith = async (box: Sandbox, ...identities: readonly string[]) => {
  const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: identities.join('\n') }
  return (await box.bulla(['decrypt', 'a.yaml'], { env })).out === PLAIN
}
/** Without the block. */
const valuesOf = (text: string) => text.replace(/^sops:[\s\S]*/m, '')
const unchangedLines = (text: string) => text.match(/^ +(mac|lastmodified|version|unencrypted_suffix): .*$/gm)

describe('groups add', () => {
  it('splits the same data key anew for all groups, and touches nothing but the readers', async ({ box }) => {
    await oneGroup(box)
    const before = box.read('a.yaml')
    const { identity, recipient } = newIdentity()
    const { code, err } = await box.bulla(['groups', 'add', '-f', 'a.yaml', '--age', recipient, '-i'])
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('2 of 2 key groups open the file') })
    const after = box.read('a.yaml')
    expect(valuesOf(after)).toBe(valuesOf(before))
    expect(unchangedLines(after)).toEqual(unchangedLines(before))
    expect(await opensWith(box, box.identity, identity)).toBe(true)
    expect(await opensWith(box, box.identity)).toBe(false)
  })

  it('writes to standard output unless told otherwise', async ({ box }) => {
    await oneGroup(box)
    const before = box.read('a.yaml')
    const { code, out } = await box.bulla(['groups', 'add', '--file', 'a.yaml', '--age', newIdentity().recipient])
    expect(code).toBe(0)
    expect(out).toContain('key_groups:')
    expect(box.read('a.yaml')).toBe(before)
  })

  it('keeps the threshold of the file, or takes the one that is given', async ({ box }) => {
    const { bob, carol, env } = await threeGroups(box)
    const add = ['groups', 'add', '-i', '-f', 'a.yaml', '--age', newIdentity().recipient]
    expect(await box.bulla(add, { env })).toMatchObject({ code: 0, err: expect.stringContaining('2 of 4 key groups') })
    expect(await opensWith(box, bob.identity, carol.identity)).toBe(true)
    const given = await box.bulla([...add, THRESHOLD, '3'], { env })
    expect(given).toMatchObject({ code: 0, err: expect.stringContaining('3 of 5 key groups') })
    expect(await opensWith(box, bob.identity, carol.identity)).toBe(false)
  })

  it.for([
    ['an empty group', []],
    ['a threshold above the number of groups', ['--age', 'NEW', THRESHOLD, '3']],
    ['a threshold of one', ['--age', 'NEW', THRESHOLD, '1']],
    ['a recipient that is mistyped', ['--age', 'age1nothing']],
    ['a key that cannot be used yet', ['--pgp', 'ABCD', '--age', 'NEW']],
    ['other words', ['--age', 'NEW', 'b.yaml']],
  ] as const)('refuses %s', async ([, words], { box }) => {
    await oneGroup(box)
    const before = box.snapshot()
    const { recipient } = newIdentity()
    const given = words.map((word) => (word === 'NEW' ? recipient : word))
    const { code, out } = await box.bulla(['groups', 'add', '-i', '-f', 'a.yaml', ...given])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(box.snapshot()).toEqual(before)
  })

  it('does not take the keys of a new group from variables', async ({ box }) => {
    await oneGroup(box)
    const env = { SOPS_AGE_RECIPIENTS: newIdentity().recipient }
    const { code, err } = await box.bulla(['groups', 'add', '-i', '-f', 'a.yaml'], { env })
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('the new key group is empty') })
  })
})

describe('groups delete', () => {
  it('takes a group out, whose old share opens nothing any more', async ({ box }) => {
    const { bob, carol, env } = await threeGroups(box)
    const before = box.read('a.yaml')
    const { code, err } = await box.bulla(['groups', 'delete', '-f', 'a.yaml', '0', '-i'], { env })
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('2 of 2 key groups') })
    expect(valuesOf(box.read('a.yaml'))).toBe(valuesOf(before))
    expect(await opensWith(box, bob.identity, carol.identity)).toBe(true)
    expect(await opensWith(box, box.identity, carol.identity)).toBe(false)
  })

  it('lowers a threshold that no longer fits, and drops it with the last but one group', async ({ box }) => {
    const { carol, env } = await threeGroups(box)
    await box.bulla(['groups', 'delete', '-i', '-f', 'a.yaml', '0'], { env })
    const { code, err } = await box.bulla(['groups', 'delete', '-i', '-f', 'a.yaml', '0'], { env })
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('one key group is left') })
    expect(box.read('a.yaml')).not.toMatch(/shamir_threshold|key_groups/)
    expect(await opensWith(box, carol.identity)).toBe(true)
  })

  it('does not lock out who runs it, unless that is allowed', async ({ box }) => {
    const { bob } = await threeGroups(box)
    const env = { SOPS_AGE_KEY: bob.identity }
    const before = box.snapshot()
    const refused = await box.bulla(['groups', 'delete', '-i', '-f', 'a.yaml', '0'], { env })
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--allow-lockout') })
    expect(box.snapshot()).toEqual(before)
    expect((await box.bulla(['groups', 'delete', '-i', '--allow-lockout', '-f', 'a.yaml', '0'], { env })).code).toBe(0)
  })

  it.for([
    ['an index out of range', ['3'], 1],
    ['no index', [], 1],
    ['an index that is no number', ['x'], 1],
    ['a threshold above the number of groups', ['0', THRESHOLD, '3'], 1],
  ] as const)('refuses %s', async ([, words, code], { box }) => {
    const { env } = await threeGroups(box)
    const before = box.snapshot()
    expect(await box.bulla(['groups', 'delete', '-i', '-f', 'a.yaml', ...words], { env })).toMatchObject({
      code,
      out: '',
    })
    expect(box.snapshot()).toEqual(before)
  })

  it('refuses to take out the only group', async ({ box }) => {
    await oneGroup(box)
    expect((await box.bulla(['groups', 'delete', '-i', '--allow-lockout', '-f', 'a.yaml', '0'])).code).toBe(1)
    expect(await opensWith(box, box.identity)).toBe(true)
  })
})

describe('groups', () => {
  it('says what it can do', async ({ box }) => {
    expect(await box.bulla(['groups'])).toMatchObject({ code: 0, out: expect.stringContaining('groups delete') })
    expect(await box.bulla(['groups', 'remove'])).toMatchObject({ code: 1, out: '' })
    expect((await box.bulla(['groups', 'add', '--age', newIdentity().recipient])).code).toBe(2)
    expect((await box.bulla(['groups', 'delete', '-f', 'none.yaml', '0'])).code).toBe(2)
  })
})
