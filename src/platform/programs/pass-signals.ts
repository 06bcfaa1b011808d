import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { hasTerminal } from '../terminal/has-terminal.ts'

/** What is passed on. Windows has no signals: there the console tells every program of Ctrl-C. */
const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGBREAK']
    : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']

/** A key on the terminal sends these to every program in front of it: one that we started has them already. */
const FROM_KEYS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']

/**
 * From now on signals do not end this process: they go to `child`, and this process ends when that does. They are looked
 * at only between two turns of the event loop, so none is lost before a child that is started in the same turn.
 *
 * @param child - undefined while there is none
 * @returns what takes it back
 */
export function passSignals(child: () => ChildProcess | undefined): () => void {
  const pass = (signal: NodeJS.Signals): void => {
    if (process.platform === 'win32' || (FROM_KEYS.includes(signal) && isInFront())) return
    child()?.kill(signal)
  }
  for (const signal of SIGNALS) process.on(signal, pass)
  return () => {
    for (const signal of SIGNALS) process.off(signal, pass)
  }
}

/** Whether the keys of a terminal reach us. */
function isInFront(): boolean {
  try {
    // pid (name) state ppid pgrp session tty_nr tpgid: the last one is the group in front; see proc_pid_stat(5)
    const fields = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[2] === fields[5]
  } catch {
    return hasTerminal()
  }
}
