import { createHash } from 'node:crypto'
import type { Repository } from '../git-port.ts'
import type { Finding } from '../judge/findings/finding.ts'
import type { JudgeSettings } from '../judge/surroundings/judge-settings.ts'
import type { KnownScanner } from '../known/known-scanner.ts'
import type { Progress } from '../ports.ts'
import type { NamedText } from '../texts/text-pool.ts'
import type { CleanTexts } from './clean-texts.ts'
import { look } from './look.ts'
import { looksOf } from './looks.ts'
import type { Spotted } from './scan-file.ts'
import { isProgram, textOf } from './text-of.ts'
import type { LookThreads } from './threads-port.ts'

/** A finding, and the commit that brought it; undefined for what is in none. */
export interface ScanFinding extends Finding {
  readonly commit?: string
}

export interface ScanResult {
  readonly findings: readonly ScanFinding[]
  /** Texts that were looked into. */
  readonly fileCount: number
  /** Files that are too large, or cannot be read. */
  readonly skipped: readonly string[]
}

export interface ScanTools {
  readonly known: KnownScanner | undefined
  /** Rules and exceptions of the repository. */
  readonly settings: JudgeSettings
  readonly progress: Progress
  /** Texts in which nothing was found before. */
  readonly clean?: CleanTexts | undefined
  /** To look into much at once. */
  readonly threads?: LookThreads | undefined
}

export interface RepositoryTools extends ScanTools {
  readonly repository: Repository
}

const MAX_BYTES = 64 * 1024 * 1024
export const LABEL = 'scanning'

/** What a text holds. @param name - says how keys and values stand in it */
export async function scanOne(name: string, bytes: Uint8Array, tools: ScanTools): Promise<ScanResult> {
  const { problems } = tools.settings
  if (bytes.length > MAX_BYTES) return { findings: problems, fileCount: 0, skipped: isProgram(bytes) ? [] : [name] }
  const file = { path: name, bytes }
  const findings = await accepted(await look(file, tools), file, tools)
  return { findings: [...problems, ...findings], fileCount: 1, skipped: [] }
}

/**
 * What files hold as they lie there.
 *
 * @param read - undefined for what is no regular file; rejects for one that cannot be read
 */
export async function scanTree(
  paths: readonly string[],
  read: (path: string) => Promise<Uint8Array | undefined>,
  tools: ScanTools,
): Promise<ScanResult> {
  const findings: Finding[] = [...tools.settings.problems]
  const skipped: string[] = []
  let fileCount = 0
  const looks = looksOf(tools, 1)
  try {
    for (const [index, path] of paths.entries()) {
      tools.progress.update(LABEL, index, paths.length)
      const bytes = await read(path).catch(() => 'unreadable' as const)
      if (bytes === undefined) continue
      if (bytes === 'unreadable' || bytes.length > MAX_BYTES) {
        if (bytes === 'unreadable' || !isProgram(bytes)) skipped.push(path)
        continue
      }
      fileCount += 1
      const about = ['file', path, hashOf(bytes)]
      if (tools.clean?.has(...about) === true || tools.clean?.hasNoNewCopy(bytes, ...about) === true) continue
      await looks.add({ path, bytes }, (index + 1) / paths.length, async (found) => {
        if (found.length === 0) tools.clean?.add(...about)
        else findings.push(...(await accepted(found, { path, bytes }, tools)))
      })
    }
    await looks.finish()
  } finally {
    looks.close()
  }
  tools.progress.finish()
  return { findings, fileCount, skipped }
}

async function accepted(found: readonly Spotted[], file: NamedText, tools: ScanTools): Promise<readonly Finding[]> {
  if (found.length === 0) return []
  const findings = found.map(({ finding }) => finding)
  return tools.settings.exceptions.apply(findings, file.path, textOf(file.bytes))
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64')
}
