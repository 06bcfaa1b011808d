import type { CommandModule } from './io.ts'

interface Command {
  /** What it does, as the overview shows it. */
  readonly summary: string
  /** Only the command that is run is loaded. */
  readonly load: () => Promise<CommandModule>
}

/** All commands, in the order of the overview. */
export const COMMANDS = {
  init: {
    summary: 'set up a repository: identity, policy, drivers, hooks',
    load: () => import('./commands/init.ts'),
  },
  encrypt: { summary: 'seal the values of files', load: () => import('./commands/encrypt.ts') },
  decrypt: { summary: 'open sealed files', load: () => import('./commands/decrypt.ts') },
  edit: { summary: 'edit sealed files', load: () => import('./commands/edit.ts') },
  set: { summary: 'set one value of a sealed file', load: () => import('./commands/set.ts') },
  unset: { summary: 'remove one value from a sealed file', load: () => import('./commands/unset.ts') },
  get: { summary: 'print values of a sealed file', load: () => import('./commands/get.ts') },
  ls: { summary: 'list the values of a sealed file, without a key', load: () => import('./commands/ls.ts') },
  rotate: { summary: 'give files new data keys; add or remove readers', load: () => import('./commands/rotate.ts') },
  updatekeys: {
    summary: 'give files the readers that their rules name',
    load: () => import('./commands/update-keys.ts'),
  },
  groups: { summary: 'add key groups to a file, or remove them', load: () => import('./commands/groups.ts') },
  recipient: {
    summary: 'manage people and machines, and who can read what',
    load: () => import('./commands/recipient.ts'),
  },
  exec: { summary: 'run a program with the values as variables', load: () => import('./commands/exec.ts') },
  'exec-env': {
    summary: 'run a shell command with the values as variables',
    load: () => import('./commands/exec-env.ts'),
  },
  'exec-file': {
    summary: 'run a shell command that can read the opened file',
    load: () => import('./commands/exec-file.ts'),
  },
  filestatus: { summary: 'show whether a file is sealed', load: () => import('./commands/filestatus.ts') },
  explain: {
    summary: 'show which rule a file has, who can read it, what is sealed',
    load: () => import('./commands/explain.ts'),
  },
  check: {
    summary: 'find files that should be sealed, or are damaged',
    load: () => import('./commands/check.ts'),
  },
  scan: { summary: 'find plaintext secrets in files and in history', load: () => import('./commands/scan.ts') },
  diff: { summary: 'show which sealed values and readers changed', load: () => import('./commands/diff.ts') },
  merge: {
    summary: 'merge three versions of a sealed file, value by value',
    load: () => import('./commands/merge.ts'),
  },
  resolve: {
    summary: 'resolve conflicts in sealed files',
    load: () => import('./commands/resolve.ts'),
  },
  hook: { summary: 'check what git is about to commit or receive', load: () => import('./commands/hook.ts') },
  doctor: {
    summary: 'show what is set up here, and what is missing',
    load: () => import('./commands/doctor.ts'),
  },
  completion: {
    summary: 'print a script for tab completion in a shell',
    load: () => import('./commands/completion.ts'),
  },
} as const satisfies Readonly<Record<string, Command>>

export type CommandName = keyof typeof COMMANDS

export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word)
}
