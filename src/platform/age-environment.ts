import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { systemCode } from './files/file-errors.ts'
import { readStream } from './read-stream.ts'

const MAX_BYTES = 16 * 1024 * 1024

/** What finding age identities needs of this machine: see `AgeEnvironment` in `keys/age/environment.ts`. */
export const ageEnvironment = {
  platform: process.platform,

  variable: (name: string): string | undefined => process.env[name],

  async readFile(path: string): Promise<Uint8Array | undefined> {
    try {
      const stats = statSync(path)
      const bytes = stats.size > MAX_BYTES ? undefined : stats.isFile() ? readFileSync(path) : readEndless(path)
      if (bytes === undefined) throw Object.assign(new Error('file too large'), { code: 'EFBIG' })
      return bytes
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined
      throw error
    }
  },

  async runCommand(
    words: readonly string[],
    variables: Readonly<Record<string, string>>,
  ): Promise<{ exitCode: number | null; stdout: Uint8Array }> {
    const [{ spawn }, { spawnable }] = await Promise.all([
      import('node:child_process'),
      import('./programs/spawnable.ts'),
    ])
    const { file, args, isVerbatim } = spawnable(words)
    return new Promise((resolve, reject) => {
      const child = spawn(file, args, {
        windowsVerbatimArguments: isVerbatim,
        env: { ...process.env, ...variables },
        stdio: ['inherit', 'pipe', 'inherit'],
      })
      const chunks: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
      child.on('error', reject)
      child.on('close', (exitCode) => resolve({ exitCode, stdout: Buffer.concat(chunks) }))
    })
  },

  async askPassphrase({
    place,
    cacheId,
    attempt,
  }: {
    place: string
    cacheId: string
    attempt: number
  }): Promise<string | undefined> {
    const { askAgent } = await import('./gpg-agent.ts')
    const description = `Enter the passphrase for the age identity of ${place}`
    const problem = attempt > 1 ? { problem: 'That was not the passphrase' } : {}
    const answer = await askAgent({ cacheId, prompt: 'Passphrase', description, ...problem })
    if (answer !== undefined) return answer
    const { askSecret } = await import('./terminal/terminal.ts')
    return askSecret(`${attempt > 1 ? 'That was not the passphrase. ' : ''}${description}: `)
  },
}

/** What a shell gives for `<(command)`, or a device that never ends. */
function readEndless(path: string): Uint8Array | undefined {
  const descriptor = openSync(path, 'r')
  try {
    return readStream(descriptor, MAX_BYTES)
  } finally {
    closeSync(descriptor)
  }
}
