/** Hooks of git that bulla answers. */
export const HOOK_NAMES = [
  'pre-commit',
  'pre-merge-commit',
  'pre-applypatch',
  'prepare-commit-msg',
  'pre-push',
  'pre-receive',
] as const
export type HookName = (typeof HOOK_NAMES)[number]

/** Those that judge what is staged, for a commit. */
export const OF_A_COMMIT: readonly HookName[] = [
  'pre-commit',
  'pre-merge-commit',
  'pre-applypatch',
  'prepare-commit-msg',
]
