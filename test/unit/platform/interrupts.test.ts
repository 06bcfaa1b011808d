import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { onInterrupt } from '../../../src/platform/interrupts.ts'

const listeners = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await setImmediate()
}

describe('what has to be cleaned up when a signal comes', () => {
  it('is waited for only while there is something', async () => {
    const before = listeners()
    const forget = onInterrupt(() => undefined)
    expect(listeners()).toBe(before + 2)
    forget()
    await turns(3)
    expect(listeners()).toBe(before)
  })

  it('is waited for until signals that have arrived were handed out', async () => {
    const before = listeners()
    onInterrupt(() => undefined)()
    expect(listeners()).toBe(before + 2)
    await turns(1)
    expect(listeners()).toBe(before + 2)
    await turns(2)
    expect(listeners()).toBe(before)
  })

  it('is waited for without a gap when the next file comes at once', async () => {
    const before = listeners()
    onInterrupt(() => undefined)()
    const forget = onInterrupt(() => undefined)
    await turns(3)
    expect(listeners()).toBe(before + 2)
    forget()
    forget()
    await turns(3)
    expect(listeners()).toBe(before)
  })
})
