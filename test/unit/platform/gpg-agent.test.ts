import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askAgent } from '../../../src/platform/gpg-agent.ts'

const REQUEST = { cacheId: 'SopsAgeABC', prompt: 'Passphrase', description: 'Enter the passphrase: 100% ü\nfor x' }

let folder: string
let server: Server | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulla-agent-'))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await new Promise((closed) => (server === undefined ? closed(undefined) : server.close(closed)))
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** An agent that answers each line by `answer`; null hangs up. Hands out what it was asked. */
async function agent(
  answer: (line: string) => string | null,
  greeting = 'OK Pleased to meet you\n',
  path = join(folder, 'S.gpg-agent'),
): Promise<string[]> {
  const lines: string[] = []
  server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write(greeting)
    createInterface({ input: socket }).on('line', (line) => {
      lines.push(line)
      const text = answer(line)
      if (text === null) socket.destroy()
      else socket.write(text)
    })
  })
  await new Promise<void>((listening) => server?.listen(path, listening))
  vi.stubEnv('GPG_AGENT_INFO', `${path}:123:1`)
  for (const name of ['DISPLAY', 'GPG_TTY', 'TTY', 'TERM']) vi.stubEnv(name, '')
  return lines
}

const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase()
const accept = (line: string) => (line.startsWith('GET_PASSPHRASE') ? `OK ${hex('correct hörse')}\n` : 'OK\n')

describe.skipIf(process.platform === 'win32')('an agent of GnuPG', () => {
  it('is asked for the passphrase under the name that sops uses', async () => {
    const lines = await agent(accept)
    expect(await askAgent(REQUEST)).toBe('correct hörse')
    const description = 'Enter+the+passphrase%3A+100%25+%C3%BC%0Afor+x'
    expect(lines).toEqual([`GET_PASSPHRASE SopsAgeABC X Passphrase ${description}`])
  })

  it('is told where the user sits', async () => {
    const lines = await agent(accept)
    vi.stubEnv('DISPLAY', ':0')
    vi.stubEnv('GPG_TTY', '/dev/pts/7')
    vi.stubEnv('TERM', 'xterm')
    await askAgent(REQUEST)
    expect(lines.slice(0, 3)).toEqual(['OPTION display=:0', 'OPTION ttyname=/dev/pts/7', 'OPTION ttytype=xterm'])
  })

  it('forgets a passphrase that was wrong, and says so to its user', async () => {
    const lines = await agent(accept)
    await askAgent({ ...REQUEST, problem: 'That was not it' })
    expect(lines[0]).toBe('CLEAR_PASSPHRASE SopsAgeABC')
    expect(lines[1]).toMatch(/^GET_PASSPHRASE SopsAgeABC That\+was\+not\+it Passphrase Enter/)
  })

  it('may talk before it answers, and answer nothing', async () => {
    await agent((line) => (line.startsWith('GET') ? '# comment\nS PROGRESS x\nOK 61\n' : 'OK\n'), '# hello\nOK\n')
    expect(await askAgent(REQUEST)).toBe('a')
    server?.close()
    await agent((line) => (line.startsWith('GET') ? 'OK\n' : 'OK\n'))
    expect(await askAgent(REQUEST)).toBe('')
  })

  const refusals: [string, (line: string) => string | null, string?][] = [
    ['says no', () => 'ERR 83886179 Operation cancelled <Pinentry>\n'],
    ['knows no options', (line) => (line.startsWith('OPTION') ? 'ERR 174 Unknown option\n' : 'ERR 1 no\n')],
    ['hangs up', () => null],
    ['greets with an error', accept, 'ERR 1 go away\n'],
    ['is something else', () => 'HTTP/1.1 400 Bad Request\n\n'],
  ]

  it.each(refusals)('that %s gives none', async (_name, answer, greeting) => {
    await agent(answer, greeting)
    expect(await askAgent(REQUEST)).toBeUndefined()
  })

  it('that does not run gives none', async () => {
    vi.stubEnv('GPG_AGENT_INFO', join(folder, 'nobody'))
    expect(await askAgent(REQUEST)).toBeUndefined()
    vi.stubEnv('GPG_AGENT_INFO', '')
    expect(await askAgent(REQUEST)).toBeUndefined()
  })

  it.each(['home/.gnupg', 'run/gnupg'])('is found where it usually is: %s', async (place) => {
    mkdirSync(join(folder, place), { recursive: true })
    await agent(accept, undefined, join(folder, place, 'S.gpg-agent'))
    vi.stubEnv('GPG_AGENT_INFO', undefined)
    vi.stubEnv('HOME', join(folder, 'home'))
    vi.stubEnv('XDG_RUNTIME_DIR', join(folder, 'run'))
    expect(await askAgent(REQUEST)).toBe('correct hörse')
  })
})
