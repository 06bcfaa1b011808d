import { describe, expect, it } from 'vitest'
import { planAll, writeAll } from '../../../src/operations/batch.ts'
import type { Progress } from '../../../src/operations/ports.ts'
import { memoryFiles } from '../../helpers/memory-files.ts'

function recorder(): Progress & { readonly seen: string[] } {
  const seen: string[] = []
  return {
    seen,
    update: (label, done, total) => seen.push(`${label} ${done}/${total}`),
    finish: () => seen.push('finished'),
  }
}

const numbers = Array.from({ length: 30 }, (_, index) => index)

describe('a plan for many files', () => {
  it('is in their order, however long each takes', async () => {
    const progress = recorder()
    const { jobs, failures } = await planAll(numbers, progress, 'sealing', async (number) => {
      for (let turn = 0; turn < (number * 7) % 5; turn += 1) await Promise.resolve()
      return number * 2
    })
    expect(jobs).toEqual(numbers.map((number) => number * 2))
    expect(failures).toEqual([])
    expect(progress.seen.at(-2)).toBe('sealing 30/30')
    expect(progress.seen.at(-1)).toBe('finished')
  })

  it('holds every failure and every success', async () => {
    const { jobs, failures } = await planAll(numbers, recorder(), 'x', async (number) => {
      if (number % 10 === 3) throw new RangeError(String(number))
      return number
    })
    expect(jobs).toHaveLength(27)
    expect(failures.map(String)).toEqual(['RangeError: 3', 'RangeError: 13', 'RangeError: 23'])
  })

  it('works on several at a time, and not on all', async () => {
    let running = 0
    let most = 0
    const many = Array.from({ length: 500 }, (_, index) => index)
    await planAll(many, recorder(), 'x', async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resume) => setImmediate(resume))
      running -= 1
    })
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThan(many.length)
  })

  it('may be empty', async () => {
    expect(await planAll([], recorder(), 'x', async () => 1)).toEqual({ jobs: [], failures: [] })
  })
})

describe('writing a plan', () => {
  const write = (path: string) => ({ path, bytes: Buffer.from(path) })

  it('counts what was written', async () => {
    const files = memoryFiles({})
    expect(await writeAll(files, [write('/a'), write('/b')], recorder())).toEqual({ writtenCount: 2, failures: [] })
    expect([...files.contents.keys()]).toEqual(['/a', '/b'])
  })

  it('stops at the first failure: what has not started is not begun', async () => {
    const files = memoryFiles({})
    const writes = [write('/a'), write('/unwritable'), ...numbers.map((number) => write(`/f${number}`))]
    const { writtenCount, failures } = await writeAll(files, writes, recorder())
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatchObject({ code: 'ERR_WRITE' })
    expect(writtenCount).toBe(files.written.length)
    expect(writtenCount).toBeGreaterThanOrEqual(1)
    expect(writtenCount).toBeLessThan(10)
  })
})
