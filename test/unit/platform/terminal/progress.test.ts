import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProgressBar } from '../../../../src/platform/terminal/progress.ts'
import * as streams from '../../../../src/platform/terminal/streams.ts'

describe('a progress bar', () => {
  let shown: string[]

  beforeEach(() => {
    vi.useFakeTimers()
    shown = []
    vi.spyOn(streams, 'writeTo').mockImplementation((_stream, data) => {
      shown.push(String(data))
    })
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  it('appears only for what takes long, is redrawn now and then, and goes', () => {
    const bar = new ProgressBar(() => 80)
    bar.update('sealing', 1, 8)
    expect(shown).toEqual([])
    vi.advanceTimersByTime(500)
    bar.update('sealing', 2, 8)
    bar.update('sealing', 3, 8)
    vi.advanceTimersByTime(100)
    bar.update('sealing', 8, 8)
    bar.finish()
    bar.finish()
    expect(shown).toEqual([
      '\r\x1b[Ksealing [======                  ] 2/8',
      '\r\x1b[Ksealing [========================] 8/8',
      '\r\x1b[K',
    ])
  })

  it('does not appear for one file, nor where nobody looks', () => {
    const isEnabled = vi.fn(() => 0)
    const bar = new ProgressBar(isEnabled)
    vi.advanceTimersByTime(500)
    bar.update('x', 1, 1)
    expect(isEnabled).not.toHaveBeenCalled()
    bar.update('x', 1, 2)
    bar.finish()
    expect(shown).toEqual([])
  })
})
