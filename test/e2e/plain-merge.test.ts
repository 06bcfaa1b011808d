import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RepositorySandbox } from '../helpers/repository.ts'

let box: RepositorySandbox
beforeEach(async () => {
  box = await RepositorySandbox.make()
  const commit = async (b: string, c: string) => {
    box.put('plain.yaml', `a: 1\nb: ${b}\n\n}\n\nc: ${c}\nd: 4\n`)
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', `to ${b}`)
  }
  await commit('0', '0')
  await box.git('branch', 'feature')
  await commit('1', '1')
  await box.git('checkout', '-q', 'feature')
  await commit('2', '2')
})
afterEach(() => box.dispose())

/** The file and the exit code after an operation that stops. */
async function outcome(...args: string[]) {
  const { code } = await box.run('git', args, {})
  const text = box.text('plain.yaml')
  await box.git(args[0] === 'rebase' ? 'rebase' : 'merge', '--abort')
  return { code, text }
}

describe('plain files with the drivers', () => {
  it.each(
    ['merge', 'diff3', 'zdiff3'].flatMap((style) => [
      { style, operation: 'merge' },
      { style, operation: 'rebase' },
    ]),
  )(
    'stop a $operation with the same bytes as without them, with merge.conflictStyle $style',
    async ({ style, operation }) => {
      await box.git('config', 'merge.conflictStyle', style)
      const without = await outcome(operation, 'main')
      box.put('.git/info/attributes', '*.yaml diff=bulla merge=bulla\n')
      await box.bulla(['init', '--yes'])
      const marker = { env: { GIT_TRACE: '1' } }
      expect((await box.run('git', ['diff', 'main'], marker)).err).toContain('bulla diff --textconv')
      expect(await outcome(operation, 'main')).toEqual(without)
    },
  )

  it.each([
    ['merge', '-X', 'ours'],
    ['merge', '-Xtheirs'],
    ['merge', '--strategy-option=ours', '-X', 'theirs'],
    ['cherry-pick', '-Xtheirs'],
    ['rebase', '-Xours'],
  ])('take a side where they are told to: git %s %s', async (...words) => {
    const result = async () => {
      const { code } = await box.run('git', [...words, 'main'], {})
      const text = box.text('plain.yaml')
      await box.git('reset', '-q', '--hard', 'start')
      return { code, text }
    }
    await box.git('branch', 'start')
    const without = await result()
    expect(without.code).toBe(0)
    box.put('.git/info/attributes', '*.yaml diff=bulla merge=bulla\n')
    await box.bulla(['init', '--yes', '--no-hooks'])
    expect(await result()).toEqual(without)
  })

  it('are compared as without them', async () => {
    const without = await box.git('diff', 'main', 'feature')
    box.put('.git/info/attributes', '*.yaml diff=bulla merge=bulla\n')
    await box.bulla(['init', '--yes'])
    expect(await box.git('diff', 'main', 'feature')).toBe(without)
  })
})
