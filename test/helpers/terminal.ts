import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { COMMAND, type Sandbox } from './sandbox.ts'

/** Why there are no terminals for tests here; undefined when there are. */
export const noTerminal: string | undefined =
  process.platform === 'win32' ||
  spawnSync('python3', ['-c', 'import pty, termios, os; os.waitstatus_to_exitcode']).status !== 0
    ? 'needs python3 (3.9) with its module pty'
    : undefined

interface Step {
  /** Text that has to be shown first. */
  readonly expect: string
  /** The terminal gets this width then. */
  readonly columns?: number
  /** What is typed then. */
  readonly send: string
}

export interface Session {
  readonly shown: string
  readonly code: number | null
  /** Number of the signal that ended the script. */
  readonly signal: number | null
  /** Whether the terminal shows what is typed, when it is over. */
  readonly echo: boolean | null
  /** Steps that never came. */
  readonly left: number
}

/** Run a shell script on a terminal; `bulla` is the command. */
export async function onTerminal(
  box: Sandbox,
  script: string,
  { steps = [], env = {} }: { steps?: readonly Step[]; env?: Readonly<Record<string, string | undefined>> } = {},
): Promise<Session> {
  const variables = Object.entries({
    ...box.env,
    TERM: 'xterm-256color',
    NODE: process.execPath,
    BULLA: COMMAND,
    ...env,
  })
  const request = {
    script: `bulla() { "$NODE" "$BULLA" "$@"; }\n${script}`,
    steps,
    env: Object.fromEntries(variables.filter(([, value]) => value !== undefined)),
    cwd: box.folder,
  }
  const program = join(import.meta.dirname, 'play-terminal.py')
  // python3 may be a shim that wants the variables of its user
  const outcome = await box.run('python3', [program], { stdin: JSON.stringify(request), env: { ...process.env } })
  if (outcome.code !== 0) throw new Error(`the terminal broke: ${outcome.err}`)
  return JSON.parse(outcome.out) as Session // what that program writes
}
