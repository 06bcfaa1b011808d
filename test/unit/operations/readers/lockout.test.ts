import { describe, expect, it } from 'vitest'
import type { Question } from '../../../../src/operations/ports.ts'
import { confirmLockout } from '../../../../src/operations/readers/lockout.ts'
import { RecipientBook } from '../../../../src/recipients/directory.ts'
import { rejection } from '../../../helpers/failure.ts'
import { memoryPlaces } from '../../../helpers/memory-recipients.ts'

const BOB = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'
const PEOPLE = { '/w/.git': '', '/w/.bulla/recipients/bob.yaml': `recipient: ${BOB}\n` }
const locked = (path: string) => ({ path, groups: [[{ type: 'age', fields: { recipient: BOB } } as const]] })

const answering = (answer: boolean | undefined) => {
  const asked: Question[] = []
  const confirm = async (question: Question) => {
    asked.push(question)
    return answer
  }
  return { confirm, asked, recipients: async () => new RecipientBook(memoryPlaces(PEOPLE), '/w') }
}

describe('who locks himself out', () => {
  it('is asked once for all files, at the terminal only, with the names of who could open them', async () => {
    const world = answering(true)
    await confirmLockout([locked('/w/a'), locked('/w/b')], false, world)
    const text =
      'None of your identities will open 2 of these files afterwards, only those of bob (age1ql3z7hjy54pw…). Go on?'
    expect(world.asked).toEqual([{ text, mayBePiped: false }])
  })

  it.each([false, undefined])('is refused when the answer is %s', async (answer) => {
    const error = await rejection(confirmLockout([locked('/w/a')], false, answering(answer)))
    expect(error).toMatchObject({ code: 'ERR_LOCKOUT', where: { file: '/w/a' } })
  })

  it('is not asked when it is allowed, or does not happen', async () => {
    const world = answering(false)
    await confirmLockout([locked('/w/a')], true, world)
    await confirmLockout([], false, world)
    expect(world.asked).toEqual([])
  })
})
