import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

/** People with names in the repository. */
function people(box: Sandbox, names: Readonly<Record<string, string>>): void {
  for (const [name, key] of Object.entries(names)) box.write(`.bulla/recipients/${name}.yaml`, `recipient: ${key}\n`)
}

const readersOf = (box: Sandbox, name: string) =>
  [...box.read(name).matchAll(/recipient: (age1[0-9a-z]+)/g)].map(([, key]) => key)
const short = (key: string) => `${key.slice(0, 16)}…`

describe('names of recipients', () => {
  it('stand for keys wherever keys are given', async ({ box }) => {
    const [alice, bob] = [newIdentity().recipient, newIdentity().recipient]
    people(box, { me: box.recipient, alice, bob })
    box.write('a.yaml', 'a: 1\n')

    expect(await box.bulla(['encrypt', '-i', '--age', 'me,alice', 'a.yaml'])).toMatchObject({ code: 0, err: '' })
    expect(readersOf(box, 'a.yaml')).toEqual([box.recipient, alice])

    const rotate = ['rotate', '-i', '--add-age', 'bob', '--rm-age', 'alice', 'a.yaml']
    expect(await box.bulla(rotate)).toMatchObject({ code: 0, err: '' })
    expect(readersOf(box, 'a.yaml')).toEqual([box.recipient, bob])

    const groups = ['groups', 'add', '--file', 'a.yaml', '--age', 'alice', '--shamir-secret-sharing-threshold', '2']
    expect((await box.bulla(groups)).out).toContain(`recipient: ${alice}`)

    box.write('b.yaml', 'b: 1\n')
    const env = { SOPS_AGE_RECIPIENTS: 'bob' }
    expect((await box.bulla(['encrypt', 'b.yaml'], { env })).out).toContain(`recipient: ${bob}`)
  })

  it('that nobody has are refused, with the name that was probably meant', async ({ box }) => {
    people(box, { 'prod-deploy': newIdentity().recipient })
    const sealed = await box.seal({ 'a.yaml': 'a: 1\n' })
    const said = 'there is no recipient named prod-deplay\nbulla: hint: did you mean prod-deploy?\n'
    box.write('plain.yaml', 'a: 1\n')
    for (const args of [
      ['encrypt', '--age', 'prod-deplay', 'plain.yaml'],
      ['rotate', '-i', '--add-age', 'prod-deplay', 'a.yaml'],
      ['rotate', '-i', '--rm-age', 'prod-deplay', 'a.yaml'],
      ['groups', 'add', '-i', '--file', 'a.yaml', '--age', 'prod-deplay'],
    ]) {
      const { code, out, err } = await box.bulla(args)
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toContain(said)
    }
    expect(box.read('a.yaml')).toBe(sealed)
  })

  it('are shown beside keys', async ({ box }) => {
    const [alice, bob] = [newIdentity().recipient, newIdentity().recipient]
    people(box, { me: box.recipient, alice, bob })
    await box.seal({ 'a.yaml': 'a: 1\n' })
    box.write('.sops.yaml', `creation_rules:\n  - age: ${alice},${box.recipient}\n`)
    expect((await box.bulla(['updatekeys', '--dry-run', 'a.yaml'])).out).toBe(
      `a.yaml\n  + alice (${short(alice)})  (group 1)\n`,
    )
    expect((await box.bulla(['explain', 'a.yaml'])).out).toContain(`age ${box.recipient} (me), yours`)
    expect((await box.bulla(['rotate', '-i', '--rm-age', 'bob', 'a.yaml'])).err).toContain(
      `bob (${short(bob)}) could not be removed`,
    )
  })
})
