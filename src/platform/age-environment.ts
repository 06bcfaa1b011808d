import { readFileSync, statSync } from 'node:fs'
import { systemCode } from './file-errors.ts'

const MAX_BYTES = 16 * 1024 * 1024

/** What finding age identities needs of this machine: see `AgeEnvironment` in `keys/age/environment.ts`. */
export const ageEnvironment = {
  platform: process.platform,

  variable: (name: string): string | undefined => process.env[name],

  async readFile(path: string): Promise<Uint8Array | undefined> {
    try {
      if (statSync(path).size > MAX_BYTES) throw Object.assign(new Error('file too large'), { code: 'EFBIG' })
      return readFileSync(path)
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
    const { askSecret } = await import('./terminal.ts')
    return askSecret(`${attempt > 1 ? 'That was not the passphrase. ' : ''}${description}: `)
  },
}
