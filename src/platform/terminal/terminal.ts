import { openSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { ReadStream, WriteStream } from 'node:tty'
import { UsageError } from '../../errors.ts'
import { onInterrupt } from '../interrupts.ts'

interface Terminal {
  readonly input: ReadStream
  readonly output: NodeJS.WritableStream
  close(): void
}

/** From now on the terminal says where a paste begins and ends, so that a line break in it is no Enter. */
const MARK_PASTES = '\x1b[?2004h'
const LEAVE_PASTES = '\x1b[?2004l'
/** What comes so soon after Enter was not typed: it is the rest of a paste that the terminal did not mark. */
const REST_MS = 50

/**
 * Ask for a secret on the terminal, without showing what is typed. The terminal is asked itself, not standard input: that
 * may be a file that is to be encrypted.
 *
 * @returns undefined when there is no terminal, or the user gave up with Ctrl-D
 */
export function askSecret(question: string): Promise<string | undefined> {
  return askHidden(question, (reader) => new Promise((resolve) => reader.once('line', resolve)))
}

/**
 * As {@link askSecret}, for what may have several lines when it is pasted, as keys do; a line break at its end is none of
 * it. Where the terminal does not mark what is pasted, nothing of it is taken, and nothing is left to the shell to run.
 *
 * @throws UsageError `ERR_VALUE`
 */
export async function askSecretLines(question: string): Promise<string | undefined> {
  const { TERM = '' } = process.env
  const marks = TERM !== '' && TERM !== 'dumb'
  return askHidden(question, pastedLines, marks ? [MARK_PASTES, LEAVE_PASTES] : ['', ''])
}

async function pastedLines(reader: Interface, input: ReadStream): Promise<string> {
  const lines: string[] = []
  let isPasted = false
  let isEntered = false
  let keysBehind = 0
  input.on('keypress', (_text: unknown, { name, ctrl }: { name?: string; ctrl?: boolean }) => {
    if (name === 'paste-start' || name === 'paste-end') isPasted = name === 'paste-start'
    // readline drops its line; those before it are of the same text
    else if (ctrl === true && name === 'u') lines.length = 0
    if (isEntered && name !== 'return' && name !== 'enter') keysBehind += 1
  })
  await new Promise<void>((resolve) => {
    reader.on('line', (line) => {
      if (isEntered) return
      lines.push(line)
      isEntered = !isPasted
      if (isEntered) resolve()
    })
  })
  for (let before = -1; before !== keysBehind; ) {
    before = keysBehind
    await wait(REST_MS)
  }
  if (keysBehind > 0) {
    throw new UsageError('ERR_VALUE', 'several lines came at once; none of them was taken', {
      hint: 'give what has several lines in a file or on standard input',
    })
  }
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  return lines.join('\n')
}

/** @param marks - what the terminal is told before and after */
async function askHidden(
  question: string,
  read: (reader: Interface, input: ReadStream) => Promise<string>,
  [before, after]: readonly [string, string] = ['', ''],
): Promise<string | undefined> {
  const terminal = openTerminal()
  if (terminal === undefined) return undefined
  // readline edits the line, this swallows its echo
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: terminal.input, output: silent, terminal: true })
  const restore = () => {
    reader.close()
    terminal.output.write(`${after}\n`)
    terminal.close()
  }
  // a shell whose terminal was left without echo looks dead
  const forget = onInterrupt(restore)
  try {
    terminal.output.write(`${before}${question}`)
    return await new Promise<string | undefined>((resolve, reject) => {
      read(reader, terminal.input).then(resolve, reject)
      reader.once('close', () => resolve(undefined))
      reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    })
  } finally {
    forget()
    restore()
  }
}

/** As {@link askOneOf}, for `y` and `n`, as sops asks. */
export async function askYesOrNo(question: string): Promise<boolean | undefined> {
  const answer = await askOneOf(`${question} (y/n): `, ['y', 'n'])
  return answer === undefined ? undefined : answer === 'y'
}

/**
 * Ask something that is answered by one of these words and nothing else.
 *
 * @returns undefined when there is no terminal, or the user gave up with Ctrl-D
 */
export async function askOneOf(prompt: string, answers: readonly string[]): Promise<string | undefined> {
  const terminal = openTerminal()
  if (terminal === undefined) return undefined
  const reader = createInterface({ input: terminal.input, output: terminal.output, terminal: true })
  let answer: string | undefined
  const restore = () => {
    reader.close()
    // what comes next starts on a line of its own
    if (answer === undefined) terminal.output.write('\n')
    terminal.close()
  }
  const forget = onInterrupt(restore)
  try {
    answer = await new Promise<string | undefined>((resolve) => {
      reader.setPrompt(prompt)
      reader.on('line', (line) => {
        if (answers.includes(line)) resolve(line)
        else reader.prompt()
      })
      reader.once('close', () => resolve(undefined))
      reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
      reader.prompt()
    })
    return answer
  } finally {
    forget()
    restore()
  }
}

function openTerminal(): Terminal | undefined {
  if (process.platform === 'win32') {
    return process.stdin.isTTY
      ? { input: process.stdin, output: process.stderr, close: () => process.stdin.unref() }
      : undefined
  }
  try {
    const read = openSync('/dev/tty', 'r')
    const write = openSync('/dev/tty', 'w')
    const input = new ReadStream(read)
    const output = new WriteStream(write)
    return {
      input,
      output,
      close: () => {
        input.destroy()
        output.destroy()
      },
    }
  } catch {
    return undefined
  }
}
