import { join } from 'node:path'
import type { World } from '../ports.ts'
import { type HookName, OF_A_COMMIT } from './hook-names.ts'
import type { CommitFinding } from './judge-commits.ts'

export interface Allowance {
  readonly hook: HookName
  /** The value of `BULLA_ALLOW`. */
  readonly reason: string
  readonly findings: readonly CommitFinding[]
  /** Absolute. */
  readonly gitFolder: string
}

/**
 * Let a commit pass that was found wanting, because somebody says why. It is written to a log in git's folder: who looks
 * for a leak later finds the day.
 *
 * @returns the log; undefined when nothing is allowed
 */
export async function allowOnce(
  { hook, reason, findings, gitFolder }: Allowance,
  { files, now }: World,
): Promise<string | undefined> {
  const text = reason.trim()
  // a commit is still ours, what is pushed is not
  if (text === '' || !OF_A_COMMIT.includes(hook)) return undefined
  const path = join(gitFolder, 'bulla-allowed.log')
  // opened, as a log grows beyond what is read of settings
  const before = (await files.kind(path)) === undefined ? undefined : (await files.open(path)).bytes
  const lines = findings.map((finding) =>
    JSON.stringify({ at: now(), hook, reason: text, rule: finding.rule, file: finding.file, line: finding.line }),
  )
  const bytes = Buffer.concat([before ?? new Uint8Array(), Buffer.from(lines.map((line) => `${line}\n`).join(''))])
  await files.write({ path, bytes, mode: 0o600 })
  return path
}
