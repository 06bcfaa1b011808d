import { describe, expect, it } from 'vitest'
import type { Question } from '../../../../src/operations/ports.ts'
import { confirmLockout } from '../../../../src/operations/readers/lockout.ts'
import { rejection } from '../../../helpers/failure.ts'

const answering = (answer: boolean | undefined) => {
  const asked: Question[] = []
  const confirm = async (question: Question) => {
    asked.push(question)
    return answer
  }
  return { confirm, asked }
}

describe('who locks himself out', () => {
  it('is asked once for all files, at the terminal only', async () => {
    const { confirm, asked } = answering(true)
    await confirmLockout(['/w/a', '/w/b'], false, { confirm })
    expect(asked).toEqual([{ text: expect.stringContaining('2 of these files'), mayBePiped: false }])
  })

  it.each([false, undefined])('is refused when the answer is %s', async (answer) => {
    const error = await rejection(confirmLockout(['/w/a'], false, answering(answer)))
    expect(error).toMatchObject({ code: 'ERR_LOCKOUT', where: { file: '/w/a' } })
  })

  it('is not asked when it is allowed, or does not happen', async () => {
    const world = answering(false)
    await confirmLockout(['/w/a'], true, world)
    await confirmLockout([], false, world)
    expect(world.asked).toEqual([])
  })
})
