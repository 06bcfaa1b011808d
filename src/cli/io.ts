import type { World } from '../operations/ports.ts'

/** What commands touch outside of operations; made by `wire.ts`. */
export interface Io {
  /** `bulla`, or `sops` when started under that name. */
  readonly program: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Payload only. */
  writeOut(data: Uint8Array | string): void
  /** Messages, warnings, prompts. */
  writeErr(text: string): void
  stdin(): Promise<Uint8Array>
  /** @param quiet - no progress bar */
  world(settings: { configPath: string | undefined; quiet: boolean }): World
}

/** A command line command: declares its options, runs, gives its exit code. */
export interface CommandModule {
  /** Add arguments, options and help to `command`, and the action that calls `done` with the exit code. */
  define(command: CommandDefinition, io: Io, done: (code: number) => void): void
}

/** The part of commander that command files use. */
export type CommandDefinition = import('commander').Command
