import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { isRunning } from '../left-process.ts'

/**
 * Reads the number of the program that uses the folder, as often as that changes. When there is nobody any more who could
 * write one, this process is gone: what it did not remove goes as soon as that program has ended.
 */
const GUARD = `trap '' INT HUP QUIT TERM
user=
while IFS= read -r line; do user=$line; done
while [ -n "$user" ] && kill -0 "$user" 2>/dev/null; do sleep 0.2 2>/dev/null || sleep 1; done
rm -rf -- "$1"`

/** Which process guards the folder that this is in: as long as it runs, somebody uses the folder. */
const NUMBER_FILE = '.bulla-guard'

/** Folders that are guarded now. */
const guards = new Set<ScratchGuard>()

/** Somebody has this process end in a way that nobody hears of, with plaintext in a folder: SIGKILL, or out of memory. */
export class ScratchGuard {
  private readonly process: ChildProcess

  /** @returns undefined where there is no shell for it */
  static start(folder: string): ScratchGuard | undefined {
    return process.platform === 'win32' ? undefined : new ScratchGuard(folder)
  }

  private constructor(folder: string) {
    // nothing of our environment, which may hold identities; a session of its own, which no key of the terminal ends
    this.process = spawn('/bin/sh', ['-c', GUARD, 'bulla-guard', folder], {
      detached: true,
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    // without it, it is as where there is no shell
    this.process.on('error', () => undefined)
    this.process.unref()
    const { stdin } = this.process
    stdin?.on('error', () => undefined)
    if (stdin instanceof Socket) stdin.unref()
    guards.add(this)
    this.leaveNumber(folder)
  }

  private leaveNumber(folder: string): void {
    try {
      writeFileSync(join(folder, NUMBER_FILE), `${this.process.pid ?? ''}`, { mode: 0o600, flag: 'wx' })
    } catch {
      // a full file system: whoever writes what is to be guarded says so
    }
  }

  /** The folder was removed. */
  end(): void {
    guards.delete(this)
    this.process.stdin?.end('\n')
  }

  get pipe(): Socket | undefined {
    const { stdin } = this.process
    return stdin instanceof Socket && stdin.writable ? stdin : undefined
  }

  /** @param user - number of the program that uses the folder; undefined when there is none any more */
  tell(user: number | undefined): void {
    this.process.stdin?.write(`${user ?? ''}\n`)
  }
}

/**
 * Where the guards of folders hear of who uses them. A program that is given these can say so itself, before it does anything
 * else: told of it only after its start, a guard would remove what it has not read yet if this process ended in between.
 */
export function guardPipes(): readonly Socket[] {
  return [...guards].flatMap((guard) => guard.pipe ?? [])
}

/** Have folders with plaintext stay while a program runs that was started to look at them. @returns what takes it back */
export function keepForProgram(id: number | undefined): () => void {
  for (const guard of guards) guard.tell(id)
  return () => {
    for (const guard of guards) guard.tell(undefined)
  }
}

/** Whether somebody still waits for the program that uses a folder, and removes the folder then. */
export function isGuarded(folder: string): boolean {
  try {
    const id = Number(readFileSync(join(folder, NUMBER_FILE), 'latin1'))
    return id > 0 && isRunning(id)
  } catch {
    return false
  }
}
