import { type BullaError, IntegrityError, isBullaError } from '../../errors.ts'
import type { Metadata } from '../../format/metadata.ts'
import { decodeText } from '../../format/text.ts'
import type { Repository } from '../git-port.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { toldPath } from '../judge/findings/told-path.ts'
import { entryFault, entryFinding } from '../judge/sealed/reader-entries.ts'
import { sealedStore } from '../judge/sealed/sealed-store.ts'
import { readSettings, SETTINGS } from '../judge/surroundings/judge-settings.ts'
import type { JudgedFile } from '../judge/tree-port.ts'
import { openSealed, readSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { shown } from '../readers/readers.ts'
import { namesOfKeys } from '../recipients/names-of-keys.ts'
import { fileWord } from '../shell-word.ts'
import { loadStore } from '../stores.ts'

/** Files that are opened at the same time: key services take their time to answer. */
const CONCURRENCY = 8

/** What came of opening files. */
export interface Verification {
  readonly findings: readonly Finding[]
  /** Files of which every value and the MAC are right; of a range, versions of files. */
  readonly verifiedCount: number
}

/**
 * Open sealed files: every value and the MAC are right, the entries of readers whose keys are at hand are for these, or it is
 * told. A file that no key at hand opens is told too, unless an exception of the index names it: nobody should take it for
 * verified.
 *
 * @param files - a file in conflict once for each side: it is verified when all of them are
 * @param place - the root is where recipients are looked for, absolute; `today` is `2026-11-22`; whether commits were judged
 */
export async function verifySealed(
  files: readonly JudgedFile[],
  { root, today, isRange }: { readonly root: string; readonly today: () => string; readonly isRange: boolean },
  repository: Repository,
  world: World,
): Promise<Verification> {
  const findings: Finding[] = []
  const [verified, others] = [new Set<string>(), new Set<string>()]
  let done = 0
  const take = async (file: JudgedFile, bytes: Uint8Array) => {
    const found = await verifyOne(file.path, bytes, root, world)
    if (found === undefined) return
    const name = isRange ? `${file.id} ${file.path}` : file.path
    if (found.isVerified) verified.add(name)
    else others.add(name)
    findings.push(...found.findings)
    world.progress.update('verifying', ++done, files.length)
  }
  const running = new Set<Promise<void>>()
  for await (const { file, bytes } of repository.tree('').contents(files)) {
    if (bytes === undefined) continue
    const one: Promise<void> = take(file, bytes).finally(() => running.delete(one))
    running.add(one)
    if (running.size >= CONCURRENCY) await Promise.race(running)
  }
  await Promise.all(running)
  world.progress.finish()
  const contents = await repository.tree('').read(SETTINGS)
  const { exceptions } = await readSettings({ contents, scope: 'tree', today })
  // sides of a conflict may have the same fault
  const each = new Map(findings.map((finding) => [JSON.stringify(finding), finding]))
  const left = await Promise.all([...each.values()].map((finding) => exceptions.apply([finding], finding.file, '')))
  return { findings: left.flat(), verifiedCount: [...verified].filter((name) => !others.has(name)).length }
}

/** @returns undefined for a file that is not sealed */
async function verifyOne(
  path: string,
  bytes: Uint8Array,
  root: string,
  world: World,
): Promise<{ findings: readonly Finding[]; isVerified: boolean } | undefined> {
  const findings: Finding[] = []
  try {
    const name = sealedStore(path, decodeText(bytes))
    if (name === undefined) return undefined
    const store = await loadStore(name)
    const parsed = readSealed(store, bytes)
    const file = `${root}/${path}`
    findings.push(...(await entriesOfOthers({ path, file }, parsed.metadata, world)))
    const opened = await openSealed({ store, bytes, parsed, file }, world)
    opened.dispose()
    return { findings, isVerified: true }
  } catch (error) {
    if (!isBullaError(error)) throw error
    const found = error instanceof IntegrityError ? damaged(path, error) : notVerified(path, error)
    if (found !== undefined) findings.push(found)
    return { findings, isVerified: false }
  }
}

/** Entries that one of the keys at hand opens although they name another, or does not open although they name it. */
async function entriesOfOthers(
  { path, file }: { readonly path: string; readonly file: string },
  { groups }: Metadata,
  world: World,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const entry of groups.flat()) {
    // what shows without a key is told already
    if (entryFault(entry) !== undefined) continue
    const { mismatch, problem } = (await world.keyring.inspect(entry, true)) ?? {}
    const fault = mismatch ?? problem
    if (fault === undefined) continue
    const who = shown(entry, await namesOfKeys(world, file))
    findings.push(entryFinding(path, `the entry of ${who}: ${fault}`, 'block'))
  }
  return findings
}

function notVerified(file: string, { code, message }: BullaError): Finding {
  const why = code === 'ERR_NO_DATA_KEY' ? 'no key at hand opens it' : (message.split('\n')[0] ?? '')
  return { rule: 'not-verified', level: 'warn', file, message: `this file was not verified: ${why}` }
}

/** A MAC that is missing needs no key to see: that is told already. */
function damaged(file: string, { code, where }: IntegrityError): Finding | undefined {
  if (code === 'ERR_MAC_MISSING') return undefined
  const { line, path } = where ?? {}
  const place = {
    ...(line === undefined ? {} : { line }),
    ...(path === undefined ? {} : { keyPath: toldPath(path) }),
  }
  if (code === 'ERR_MAC_MISMATCH') {
    const message =
      'the MAC does not fit: values were added, taken away or changed without the key; look at the history'
    return { rule: 'mac-mismatch', level: 'block', file, message, repair: `git log -p -- ${fileWord(file)}` }
  }
  const message = 'a sealed value does not verify: it was changed, moved, or sealed for another file'
  const repair = `git log -p -- ${fileWord(file)}`
  return { ...{ rule: 'value-not-authentic', level: 'block', file, message, repair }, ...place }
}
