import { describe, expect, it } from 'vitest'
import { favourOf } from '../../../src/git/merge-favour.ts'

describe('the side that options of git take', () => {
  it.each<[string, 'ours' | 'theirs' | undefined]>([
    ['git merge topic', undefined],
    ['git merge -X ours topic', 'ours'],
    ['/usr/bin/git -c a=b merge -Xtheirs topic', 'theirs'],
    ['git rebase --strategy-option=theirs main', 'theirs'],
    ['git cherry-pick --strategy-option --ours topic', 'ours'],
    ['git merge -X ours -X ignore-space-change -Xtheirs topic', 'theirs'],
    ['git merge -X patience topic', undefined],
    ['git merge topic -- -Xours', undefined],
    ['git commit -Xours', undefined],
    ['sh -c git merge -Xours', undefined],
  ])('%s: %s', (command, favour) => {
    expect(favourOf(command.split(' '))).toBe(favour)
  })
})
