import { openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { ReadStream, WriteStream } from 'node:tty'
import { onInterrupt } from './interrupts.ts'

interface Terminal {
  readonly input: ReadStream
  readonly output: NodeJS.WritableStream
  close(): void
}

/**
 * Ask for a secret on the terminal, without showing what is typed. The terminal is asked itself, not standard input: that
 * may be a file that is to be encrypted.
 *
 * @returns undefined when there is no terminal, or the user gave up with Ctrl-D
 */
export async function askSecret(question: string): Promise<string | undefined> {
  const terminal = openTerminal()
  if (terminal === undefined) return undefined
  // readline edits the line, this swallows its echo
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: terminal.input, output: silent, terminal: true })
  const restore = () => {
    reader.close()
    terminal.output.write('\n')
    terminal.close()
  }
  // a shell whose terminal was left without echo looks dead
  const forget = onInterrupt(restore)
  try {
    terminal.output.write(question)
    return await new Promise<string | undefined>((resolve) => {
      reader.once('line', resolve)
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
