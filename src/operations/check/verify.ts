import { type BullaError, IntegrityError, isBullaError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import type { Repository } from '../git-port.ts'
import type { Finding } from '../judge/finding.ts'
import type { JudgedFile } from '../judge/judge-files.ts'
import { sealedStore } from '../judge/sealed-store.ts'
import { readSettings, SETTINGS } from '../judge/settings.ts'
import { openSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { shellWord } from '../shell-word.ts'
import { loadStore } from '../stores.ts'
import { showPath } from '../values/tree-path.ts'

/** Files that are opened at the same time: key services take their time to answer. */
const CONCURRENCY = 8

/** What came of opening files. */
export interface Verification {
  readonly findings: readonly Finding[]
  /** Files of which every value and the MAC are right. */
  readonly verifiedCount: number
}

/**
 * Open sealed files: every value and the MAC are right, or it is told. A file that no key at hand opens is told too, unless
 * an exception of the index names it: nobody should take it for verified.
 *
 * @param place - the root is where recipients are looked for, absolute; `today` is `2026-11-22`
 */
export async function verifySealed(
  files: readonly JudgedFile[],
  { root, today }: { readonly root: string; readonly today: string },
  repository: Repository,
  world: World,
): Promise<Verification> {
  const findings: Finding[] = []
  let [done, verifiedCount] = [0, 0]
  const take = async (file: JudgedFile, bytes: Uint8Array) => {
    const found = await verifyOne(file.path, bytes, root, world)
    if (found === 'verified') verifiedCount += 1
    else if (found !== undefined) findings.push(found)
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
  const left = await Promise.all(findings.map((finding) => exceptions.apply([finding], finding.file, '')))
  return { findings: left.flat(), verifiedCount }
}

async function verifyOne(
  path: string,
  bytes: Uint8Array,
  root: string,
  world: World,
): Promise<Finding | 'verified' | undefined> {
  try {
    const name = sealedStore(path, decodeText(bytes))
    if (name === undefined) return undefined
    const opened = await openSealed({ store: await loadStore(name), bytes, file: `${root}/${path}` }, world)
    opened.dispose()
    return 'verified'
  } catch (error) {
    if (error instanceof IntegrityError) return damaged(path, error)
    if (isBullaError(error)) return notVerified(path, error)
    throw error
  }
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
    ...(path === undefined ? {} : { keyPath: showPath(path) }),
  }
  if (code === 'ERR_MAC_MISMATCH') {
    const message =
      'the MAC does not fit: values were added, taken away or changed without the key; look at the history'
    return { rule: 'mac-mismatch', level: 'block', file, message, repair: `git log -p -- ${shellWord(file)}` }
  }
  const message = 'a sealed value does not verify: it was changed, moved, or sealed for another file'
  const repair = `git log -p -- ${shellWord(file)}`
  return { ...{ rule: 'value-not-authentic', level: 'block', file, message, repair }, ...place }
}
