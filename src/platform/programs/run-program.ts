import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ProgramError } from '../../errors.ts'
import { systemCode } from '../files/file-errors.ts'
import { guardPipes } from '../scratch/scratch-guard.ts'
import { passSignals } from './pass-signals.ts'
import { spawnable } from './spawnable.ts'

/** Tells its number, which the commands then have, to who guards their file; they know nothing of that. */
const TELL_GUARD = '(echo $$ >&3) 2>/dev/null; exec 3>&-; exec /bin/sh -c "$1"'

interface Program {
  readonly command: string | readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
}

interface Ending {
  readonly code: number | undefined
  readonly signal: number | undefined
}

/**
 * Start a program in place of this one and wait for its end. See `Programs` in `operations/ports.ts`.
 *
 * @param prepare - makes what it needs; run when signals do not end this process any more
 * @param cleanUp - takes it away again; run while they still do not
 */
export async function runProgram(prepare: () => Program, cleanUp: () => void = () => undefined): Promise<Ending> {
  let child: ChildProcess | undefined
  const stop = passSignals(() => child)
  try {
    const program = prepare()
    try {
      child = start(program)
    } catch (error) {
      throw cannotStart(error)
    }
    return await endOf(child)
  } finally {
    cleanUp()
    stop()
  }
}

function start({ command, env }: Program): ChildProcess {
  const settings = { env, stdio: 'inherit' } as const
  if (typeof command !== 'string') {
    const { file, args, isVerbatim } = spawnable(command)
    return spawn(file, args, { ...settings, windowsVerbatimArguments: isVerbatim })
  }
  // on Windows it is cmd.exe /d /s /c
  if (process.platform === 'win32') return spawn(command, { ...settings, shell: true })
  const [pipe] = guardPipes()
  if (pipe === undefined) return spawn('/bin/sh', ['-c', command], settings)
  const stdio = ['inherit', 'inherit', 'inherit', pipe] as const
  return spawn('/bin/sh', ['-c', TELL_GUARD, '/bin/sh', command], { env, stdio: [...stdio] })
}

function endOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(cannotStart(error)))
    child.once('exit', (code, signal) =>
      resolve({ code: code ?? undefined, signal: signal === null ? undefined : constants.signals[signal] }),
    )
  })
}

/** The error of the system names the arguments. */
function cannotStart(error: unknown): ProgramError {
  if (error instanceof ProgramError) return error
  const code = systemCode(error)
  if (code === 'ENOENT') {
    return new ProgramError('ERR_PROGRAM_NOT_FOUND', 'there is no such program', {
      hint: 'check its name and PATH; for a line of shell commands use exec-env',
    })
  }
  if (code === 'E2BIG') {
    return new ProgramError('ERR_PROGRAM', 'the values are too large for an environment', {
      hint: 'give them to the program as a file, with exec-file',
    })
  }
  const reason = code === 'EACCES' ? 'permission denied' : code || 'unknown error'
  return new ProgramError('ERR_PROGRAM', `the program cannot be started: ${reason}`, {
    hint: code === 'EACCES' ? 'check that it may be executed' : 'check the limits of the system (ulimit -a)',
  })
}
