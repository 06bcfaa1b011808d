import { connect, type Socket } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { statsOf } from './files/stats.ts'

export interface AgentRequest {
  /** Under which the agent keeps the answer. */
  readonly cacheId: string
  readonly prompt: string
  readonly description: string
  /** Shown when the answer before was wrong; it is forgotten then. */
  readonly problem?: string
}

/**
 * Ask the agent of GnuPG for a passphrase, which it may have kept or ask its user for.
 *
 * @returns undefined when no agent is running, or it gave none
 * @see GnuPG manual, "Agent's GET_PASSPHRASE"; the Assuan protocol
 */
export async function askAgent(request: AgentRequest): Promise<string | undefined> {
  const path = socketPath()
  if (path === undefined) return undefined
  const socket = connect(path)
  try {
    return await new Conversation(socket).ask(request)
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}

/** `GPG_AGENT_INFO`, else the standard socket in the home directory or the runtime directory. */
function socketPath(): string | undefined {
  const named = process.env['GPG_AGENT_INFO']
  if (named !== undefined) return named.split(':')[0] || undefined
  const runtime = process.env['XDG_RUNTIME_DIR']
  const places = [
    join(homedir(), '.gnupg', 'S.gpg-agent'),
    ...(runtime === undefined ? [] : [join(runtime, 'gnupg', 'S.gpg-agent')]),
  ]
  return places.find((place) => statsOf(place)?.isSocket() === true)
}

class Conversation {
  private readonly socket: Socket
  private readonly lines: AsyncIterator<string>

  constructor(socket: Socket) {
    this.socket = socket
    this.lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  }

  async ask({ cacheId, prompt, description, problem }: AgentRequest): Promise<string | undefined> {
    if ((await this.answer()) === undefined) return undefined
    for (const [option, value] of terminalOptions()) await this.send(`OPTION ${option}=${value}`)
    if (problem !== undefined) await this.send(`CLEAR_PASSPHRASE ${quote(cacheId)}`)
    const words = [cacheId, problem ?? '', prompt, description].map((word) => (word === '' ? 'X' : quote(word)))
    const answer = await this.send(`GET_PASSPHRASE ${words.join(' ')}`)
    return answer === undefined ? undefined : Buffer.from(answer, 'hex').toString('utf8')
  }

  private send(line: string): Promise<string | undefined> {
    this.socket.write(`${line}\n`)
    return this.answer()
  }

  /** What stands behind `OK`; undefined for any other answer. */
  private async answer(): Promise<string | undefined> {
    for (;;) {
      const { value, done } = await this.lines.next()
      if (done === true) return undefined
      if (value.startsWith('#') || value.startsWith('S ')) continue
      return /^OK(?: (.*))?$/.exec(value)?.[1] ?? (value === 'OK' ? '' : undefined)
    }
  }
}

function terminalOptions(): [string, string][] {
  const options: [string, string | undefined][] = [
    ['display', process.env['DISPLAY']],
    ['ttyname', process.env['GPG_TTY'] ?? process.env['TTY']],
    ['ttytype', process.env['TERM']],
  ]
  return options.flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]],
  )
}

/** Blanks as `+`, everything else that could end a word or a line escaped. */
function quote(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+')
}
