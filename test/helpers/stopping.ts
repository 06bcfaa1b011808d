import { setImmediate } from 'node:timers/promises'
import type { Outcome, Sandbox } from './sandbox.ts'

type Started = ReturnType<Sandbox['start']>

export interface Stop {
  readonly signal: NodeJS.Signals
  readonly reached: () => boolean
  /** How often to let time go by after that. */
  readonly rounds?: number
}

/** Wait until a program has `reached` something, or is over, and send it a signal. */
export async function stopWhen({ child, outcome }: Started, { signal, reached, rounds = 0 }: Stop): Promise<Outcome> {
  let isOver = false
  child.on('exit', () => {
    isOver = true
  })
  while (!reached() && !isOver) await setImmediate()
  for (let round = 0; round < rounds && !isOver; round += 1) await setImmediate()
  child.kill(signal)
  return outcome
}

/** Send a signal to a program as soon as it has printed something. */
export async function stopWhenItPrints({ child, outcome }: Started, signal: NodeJS.Signals): Promise<Outcome> {
  await new Promise<void>((printed) => child.stdout?.once('data', () => printed()))
  child.kill(signal)
  return outcome
}
