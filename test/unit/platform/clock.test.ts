import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { nodeClock } from '../../../src/platform/clock.ts'

const never = new AbortController().signal

describe('the clock', () => {
  it('keeps a timeout alive that is only a part of another signal', async () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage: () => void = runInNewContext('gc')
    const aborted = new Promise<unknown>((resolve) => {
      const signal = AbortSignal.any([never, nodeClock.timeout(20)])
      signal.addEventListener('abort', () => resolve(signal.reason))
    })
    collectGarbage()
    const keepAlive = setInterval(() => collectGarbage(), 5)
    expect(await aborted).toMatchObject({ name: 'TimeoutError' })
    clearInterval(keepAlive)
  })

  it('waits, and stops waiting with the reason of the signal', async () => {
    await nodeClock.wait(1, never)
    const controller = new AbortController()
    const waiting = nodeClock.wait(3_600_000, controller.signal)
    controller.abort('enough')
    await expect(waiting).rejects.toBe('enough')
    await expect(nodeClock.wait(3_600_000, controller.signal)).rejects.toBe('enough')
  })

  it('waits as long as a timer can when a server asks for more: not a millisecond, with a warning', async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    let isOver = false
    const waiting = nodeClock.wait(1e15, controller.signal).finally(() => {
      isOver = true
    })
    await vi.advanceTimersByTimeAsync(3_600_000)
    vi.useRealTimers()
    expect(isOver).toBe(false)
    controller.abort('enough')
    await expect(waiting).rejects.toBe('enough')
  })
})
