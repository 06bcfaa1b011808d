import type { CommandModule } from './io.ts'

interface Command {
  /** What it does, as the overview shows it. */
  readonly summary: string
  /** Only the command that is run is loaded. */
  readonly load: () => Promise<CommandModule>
}

/** All commands, in the order of the overview. */
export const COMMANDS = {
  encrypt: { summary: 'seal the values of files', load: () => import('./commands/encrypt.ts') },
  decrypt: { summary: 'open sealed files', load: () => import('./commands/decrypt.ts') },
  filestatus: { summary: 'say whether a file is sealed', load: () => import('./commands/filestatus.ts') },
} as const satisfies Readonly<Record<string, Command>>

export type CommandName = keyof typeof COMMANDS

export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word)
}
