import type { AgeEnvironment, CommandResult, PassphraseRequest } from '../../src/keys/age/environment.ts'
import { generateIdentity } from '../../src/keys/age/identities.ts'
import { random } from './random.ts'

export interface FakeMachine {
  readonly platform?: string
  readonly variables?: Readonly<Record<string, string>>
  /** By path; an error is thrown when the file is read. */
  readonly files?: Readonly<Record<string, string | Uint8Array | Error>>
  readonly command?: (
    words: readonly string[],
    variables: Readonly<Record<string, string>>,
  ) => Promise<CommandResult> | CommandResult
  readonly passphrase?: (request: PassphraseRequest) => Promise<string | undefined> | string | undefined
}

export interface FakeEnvironment extends AgeEnvironment {
  /** Every path read, command run and passphrase asked for, in order. */
  readonly calls: string[]
}

/** A machine without a disk, without programs and without anybody at the terminal, except for what is given. */
export function fakeEnvironment(machine: FakeMachine = {}): FakeEnvironment {
  const calls: string[] = []
  return {
    calls,
    platform: machine.platform ?? 'linux',
    variable: (name) => machine.variables?.[name],
    readFile: async (path) => {
      calls.push(`read ${path}`)
      const content = machine.files?.[path]
      if (content instanceof Error) throw content
      return content === undefined ? undefined : Buffer.from(content)
    },
    runCommand: async (words, variables) => {
      calls.push(`run ${words.join(' ')} for ${variables['SOPS_AGE_RECIPIENT']}`)
      if (machine.command === undefined) throw Object.assign(new Error('no such program'), { code: 'ENOENT' })
      return await machine.command(words, variables)
    },
    askPassphrase: async (request) => {
      calls.push(`ask ${request.place} ${request.attempt}`)
      return await machine.passphrase?.(request)
    },
  }
}

/** A new identity and its recipient. */
export function newIdentity(): { identity: string; recipient: string } {
  return generateIdentity(random)
}

/** `text` with the character at `index` replaced by another one of the Bech32 alphabet. */
export function mistyped(text: string, index: number): string {
  const old = text[index]
  const other = old?.toLowerCase() === 'q' ? 'p' : 'q'
  return text.slice(0, index) + (old === old?.toUpperCase() ? other.toUpperCase() : other) + text.slice(index + 1)
}
