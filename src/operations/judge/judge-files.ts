import { decodeText } from '../../format/text.ts'
import type { CleanBlobs } from '../cache/clean-blobs.ts'
import type { Progress } from '../ports.ts'
import { textOf } from '../scan/text-of.ts'
import { type CleanFiles, type CleanKind, cleanFiles } from './clean-files.ts'
import { Judge, type JudgeRules } from './file-judge.ts'
import type { Finding } from './findings/finding.ts'
import { sealedSiblings } from './plain/leftover.ts'
import type { SieveThreads } from './sieve/sieve-setup.ts'
import type { SievedTexts } from './sieve/sieved-texts.ts'
import { type JudgeSettings, readSettings, SETTINGS } from './surroundings/judge-settings.ts'
import { policyPaths } from './surroundings/policies.ts'
import { Surroundings } from './surroundings/surroundings.ts'
import type { JudgedFile, JudgedTree } from './tree-port.ts'

/** How a tree is judged, and who is told meanwhile. */
export interface JudgeOptions extends JudgeRules {
  /** `2026-11-22`: exceptions that ended before do not count. */
  readonly today: () => string
  /**
   * Content of a file in the branch whose exceptions are the only ones that count; asked for while a tree is read.
   * Undefined: those of the tree that is judged count.
   */
  readonly approved?: (path: string) => Promise<Uint8Array | undefined>
  /** What was found out before; only for scanners with an id. */
  readonly clean?: CleanBlobs
  readonly progress?: Progress
  /** Told of bytes that are to be judged, while not much of it is expected. */
  readonly expectWork?: (byteCount: number) => void
  /** To judge many files at once; only for trees. */
  readonly threads?: SieveThreads
}

const NOTHING: ReadonlyMap<string, Uint8Array> = new Map()
const SUBMODULE = '160000'
/** With less to read in all, a judgement is soon over. */
const LITTLE_BYTES = 6 * 1024 * 1024

/**
 * Judge files by the policy of the tree they stand in: what is sealed is whole, what a rule names is sealed, nothing that was
 * opened is left over. Needs no key.
 */
export async function judgeFiles(
  files: readonly JudgedFile[],
  tree: JudgedTree,
  options: JudgeOptions,
  surroundings?: Surroundings,
): Promise<Finding[]> {
  if (!files.some(isJudged)) return []
  return (await judgeTree(files, tree, options, surroundings)).findings
}

/** The same, with what the tree says about how it is judged. */
export async function judgeTree(
  files: readonly JudgedFile[],
  tree: JudgedTree,
  options: JudgeOptions,
  surroundings: Surroundings = new Surroundings(tree),
): Promise<{ findings: Finding[]; settings: JudgeSettings }> {
  const wanted = files.filter(isJudged)
  const siblings = new Set(wanted.flatMap(({ path }) => sealedSiblings(path)))
  await surroundings.read([...SETTINGS, ...wanted.flatMap(({ path }) => policyPaths(path))], tree)
  const sealed = siblings.size === 0 ? NOTHING : await tree.read([...siblings])
  const { approved, today, scanner } = options
  surroundings.settings ??= await readSettings({
    ...{ contents: surroundings.contents, scope: scanner?.scope ?? 'tree', today, approvedSettings: approved },
    approved: approved && (async (path) => decodeText((await approved(path)) ?? new Uint8Array())),
  })
  const { settings } = surroundings
  const around = { policies: surroundings.contents, siblings: sealed }
  const clean = options.clean && scanner?.id && cleanFiles(options.clean, scanner.id(), settings, around)
  const judge = new Judge(sealed, surroundings, settings, { ...options, noted: clean })
  const findings: Finding[] = [...settings.problems]
  const left = clean === undefined ? wanted : wanted.filter((file) => !isClean(file, clean, options))
  const before = wanted.length - left.length
  const texts = await sievedTexts(options, surroundings, sealed)
  let [done, read] = [0, 0]
  try {
    for await (const content of tree.contents(left)) {
      const { file, bytes } = content
      options.progress?.update('judging', before + done, wanted.length)
      done += 1
      const share = done / left.length
      read += bytes?.length ?? 0
      if (read < LITTLE_BYTES * share) options.expectWork?.(bytes?.length ?? 0)
      if (clean !== undefined && hasNoNewCopy(content, clean, options)) continue
      const tell = async (kind: CleanKind | undefined) => {
        if (kind === undefined) findings.push(...(await judge.file(content)))
        else noteClean(file, kind, clean, options)
      }
      await (texts === undefined ? tell(undefined) : texts.add(content, share, tell))
    }
    await texts?.finish()
  } finally {
    texts?.close()
  }
  options.progress?.finish()
  return { findings, settings }
}

/** Files that threads look into first; undefined without them. */
async function sievedTexts(
  { threads, scanner }: JudgeOptions,
  { contents, settings }: Surroundings,
  siblings: ReadonlyMap<string, Uint8Array>,
): Promise<SievedTexts | undefined> {
  if (threads === undefined || scanner === undefined || settings === undefined) return undefined
  const { SievedTexts } = await import('./sieve/sieved-texts.ts')
  return new SievedTexts({ threads, scanner, settings, policies: contents, siblings })
}

/** Whether a file has a content of its own. */
export function isJudged({ mode }: JudgedFile): boolean {
  return mode !== SUBMODULE
}

function isClean(file: JudgedFile, clean: CleanFiles, { onSealed }: JudgeOptions): boolean {
  const kind = clean.find(file)
  if (kind === 'sealed') onSealed?.(file)
  return kind !== undefined
}

/** Whether nothing was found in a file before but for values that are known by now, and no copy of those either. */
function hasNoNewCopy(
  { file, bytes }: { readonly file: JudgedFile; readonly bytes: Uint8Array | undefined },
  clean: CleanFiles,
  options: JudgeOptions,
): boolean {
  const { scanner } = options
  const kind = bytes === undefined || scanner?.hasCopies === undefined ? undefined : clean.findButCopies(file)
  if (bytes === undefined || kind === undefined || scanner?.hasCopies?.(textOf(bytes)) !== false) return false
  noteClean(file, kind, clean, options)
  return true
}

function noteClean(file: JudgedFile, kind: CleanKind, clean: CleanFiles | undefined, { onSealed }: JudgeOptions): void {
  clean?.add(file, kind)
  if (kind === 'sealed') onSealed?.(file)
}
