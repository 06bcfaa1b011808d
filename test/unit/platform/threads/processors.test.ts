import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { limitIn, processorCount } from '../../../../src/platform/threads/processors.ts'

describe('the processors of a container', () => {
  it.for([
    ['400000 100000\n', 4],
    ['150000 100000', 1],
    ['50000\n 100000\n', 0],
    ['max 100000', Number.POSITIVE_INFINITY],
    ['-1 100000', Number.POSITIVE_INFINITY],
    ['', Number.POSITIVE_INFINITY],
    [' ', Number.POSITIVE_INFINITY],
  ] as const)('are the whole ones that %j gives it', ([text, count]) => {
    expect(limitIn(text)).toBe(count)
  })

  it('are at least one, and no more than there are', () => {
    expect(processorCount()).toBeGreaterThanOrEqual(1)
    expect(processorCount()).toBeLessThanOrEqual(availableParallelism())
  })
})
