import { type BullaError, isBullaError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import { unusualText } from '../../scan/text/unusual-text.ts'
import { isProgram, textOf } from '../scan/text-of.ts'
import { fileWord } from '../shell-word.ts'
import { loadStore, storeNameFor } from '../stores.ts'
import type { CleanFiles } from './clean-files.ts'
import { type Finding, NOT_HERE } from './findings/finding.ts'
import { isBroad } from './plain/broad-rule.ts'
import { judgePlain } from './plain/judge-plain.ts'
import { isLeftByWrite, sealedSiblings } from './plain/leftover.ts'
import { withSealing } from './plain/sealing-repair.ts'
import { drift } from './sealed/drift.ts'
import { judgeSealed } from './sealed/judge-sealed.ts'
import { readerEntries } from './sealed/reader-entries.ts'
import { sealedStore } from './sealed/sealed-store.ts'
import { stale } from './sealed/stale-sops.ts'
import type { JudgeSettings } from './surroundings/judge-settings.ts'
import type { PlacedRule } from './surroundings/policies.ts'
import type { Surroundings } from './surroundings/surroundings.ts'
import type { Content, JudgedFile, TextScanner } from './tree-port.ts'

/** What says how files are sealed is read before anything can be opened. */
const POLICY_FILE = /(?:^|\/)(?:\.sops\.yaml$|\.bulla\/|\.git[a-z]+$)/
const LINK = '120000'
/** No system follows longer ones. */
const LONGEST_TARGET = 4096
const LFS = 'version https://git-lfs.github.com/spec/v1'
const OF_WHOLE_FILES: readonly string[] = ['unsealed-file', 'decrypted-leftover', 'lfs-under-rule']
const MAX_BYTES = 32 * 1024 * 1024

/** How files are judged, whatever the tree says, and what is looked for in them. */
export interface JudgeRules {
  /** Whether readers or a selector that differ from the rule block. */
  readonly isStrict: boolean
  /** Told of every sealed file. */
  readonly onSealed?: (file: JudgedFile) => void
  readonly scanner?: TextScanner
}

interface Options extends JudgeRules {
  /** Told of files of which nothing is to be told. */
  readonly noted: Pick<CleanFiles, 'add'> | undefined
}

/** Judges one file after the other of one tree. */
export class Judge {
  private readonly surroundings: Pick<Surroundings, 'policies' | 'names'>
  private readonly siblings: ReadonlyMap<string, Uint8Array>
  private readonly settings: Omit<JudgeSettings, 'rulesId' | 'problems'>
  private readonly options: Options
  /** Policies that cannot be read, and were told. */
  private readonly broken = new Set<string>()
  /** Files that they are for: nobody knows whether these are clean. */
  private readonly unclear = new Set<string>()

  /** @param siblings - contents by path of files beside which others may be left over */
  constructor(
    siblings: ReadonlyMap<string, Uint8Array>,
    surroundings: Pick<Surroundings, 'policies' | 'names'>,
    settings: Omit<JudgeSettings, 'rulesId' | 'problems'>,
    options: Options,
  ) {
    this.surroundings = surroundings
    this.siblings = siblings
    this.settings = settings
    this.options = options
  }

  async file({ file, bytes, beginning }: Content<JudgedFile>): Promise<readonly Finding[]> {
    const { path } = file
    if (bytes === undefined && beginning === undefined) {
      const repair = `git cat-file -t ${file.id}` // git fetches what it needs
      return [{ rule: 'unreadable', level: 'block', file: path, message: NOT_HERE, repair }]
    }
    const { placed, problems } = await this.place(path)
    if (bytes === undefined || bytes.length > MAX_BYTES) {
      return [...problems, ...(await this.large(file, placed, { bytes, beginning }))]
    }
    // as what reads sealed files sees it: UTF-16 is none of theirs, and such a file under a rule is refused by its store
    const text = decodeText(bytes)
    const readable = unusualText(bytes) ?? text
    const findings =
      file.mode === LINK && isTarget(text)
        ? await this.scan(file, readable, 'plain')
        : await this.placed(file, { text, readable, placed })
    return [...problems, ...findings]
  }

  /** The rule of a file. A policy that cannot be read is told with the first file that it is for. */
  private async place(path: string): Promise<{ placed?: PlacedRule | undefined; problems: readonly Finding[] }> {
    try {
      return { placed: await this.surroundings.policies.rule(path), problems: [] }
    } catch (error) {
      if (!isBullaError(error)) throw error
      this.unclear.add(path)
      const policy = this.surroundings.policies.pathFor(path) ?? path
      if (this.broken.has(policy)) return { problems: [] }
      this.broken.add(policy)
      const isLink = this.surroundings.policies.isLink(policy)
      return { problems: [isLink ? linkedPolicy(policy) : brokenPolicy(policy, error)] }
    }
  }

  private async placed(
    file: JudgedFile,
    { text, readable, placed }: { text: string; readable: string; placed: PlacedRule | undefined },
  ): Promise<readonly Finding[]> {
    const { path } = file
    const sealed = sealedStore(path, text)
    if (sealed !== undefined) {
      this.options.onSealed?.(file)
      return this.sealed(file, text, sealed, placed)
    }
    const { exceptions } = this.settings
    const leftover = this.leftover(path)
    const all = leftover.length > 0 || placed === undefined ? leftover : await this.plain(path, text, placed)
    const judged = await exceptions.apply(all, path, text)
    // what may not be here at all needs no list of what is in it
    if (judged.some(({ rule }) => OF_WHOLE_FILES.includes(rule))) return judged
    const found = await this.scan(file, readable, all.length === 0 ? 'plain' : undefined)
    if (found.length === 0 || placed === undefined || !isForRules(path, placed)) return [...judged, ...found]
    const store = await loadStore(storeNameFor(path))
    return [...judged, ...(await withSealing(found, { file: path, store, text, ...placed }))]
  }

  /** @param cleanAs - what the file is, when nothing else is to be told of it */
  private async scan(
    file: JudgedFile,
    text: string,
    cleanAs: 'sealed' | 'plain' | undefined,
  ): Promise<readonly Finding[]> {
    const { exceptions, rules } = this.settings
    const found = (await this.options.scanner?.find(file, text, rules)) ?? []
    if (found.length === 0 && cleanAs !== undefined) this.note(file, cleanAs)
    return exceptions.apply(found, file.path, text)
  }

  private async sealed(
    file: JudgedFile,
    text: string,
    name: Parameters<typeof loadStore>[0],
    placed: PlacedRule | undefined,
  ): Promise<readonly Finding[]> {
    const { path } = file
    const { findings, metadata, clear } = await judgeSealed({ file: path, store: await loadStore(name), text })
    const all = [...findings]
    if (metadata !== undefined) {
      all.push(...stale(path, name, metadata, this.settings.minVersion))
      const isStrict = this.options.isStrict || this.settings.isStrict || placed?.rule.isStrict === true
      const settings = { isBinary: name === 'binary', isStrict, names: this.surroundings.names }
      all.push(...(await readerEntries(path, metadata, settings)))
      if (placed !== undefined) all.push(...(await drift(path, metadata, placed.rule, { ...settings, ...placed })))
    }
    const judged = await this.settings.exceptions.apply(all, path, text)
    const cleanAs = all.length === 0 ? 'sealed' : undefined
    if (clear === undefined) {
      if (cleanAs !== undefined) this.note(file, cleanAs)
      return judged
    }
    const found = await this.scan(file, clear.text, cleanAs)
    return [...judged, ...clear.place(found.map((finding) => ({ finding }))).map(({ finding }) => finding)]
  }

  private async plain(file: string, text: string, placed: PlacedRule): Promise<Finding[]> {
    const { rule } = placed
    if (!isForRules(file, placed)) return []
    if (!text.startsWith(LFS)) return judgePlain({ file, store: await loadStore(storeNameFor(file)), text, ...placed })
    if (await isBroad(rule)) return []
    const message = `rule ${rule.index + 1} wants this file sealed, and git LFS keeps its content elsewhere`
    return [{ rule: 'lfs-under-rule', level: 'block', file, message, repair: `git lfs untrack ${fileWord(file)}` }]
  }

  private note(file: JudgedFile, kind: 'sealed' | 'plain'): void {
    if (!this.unclear.has(file.path)) this.options.noted?.add(file, kind)
  }

  private leftover(file: string): Finding[] {
    const finding = (message: string, command: string): Finding[] => [
      { rule: 'decrypted-leftover', level: 'block', file, message, repair: `${command} ${fileWord(file)}` },
    ]
    if (isLeftByWrite(file)) return finding('the name says that bulla was killed while it wrote this', 'git rm --force')
    const sibling = sealedSiblings(file).find((path) => {
      const bytes = this.siblings.get(path)
      return bytes !== undefined && sealedStore(path, decodeText(bytes)) !== undefined
    })
    if (sibling === undefined) return []
    return finding(`the name says that this is the opened form of ${sibling}`, 'git rm --cached')
  }

  /** What is too long to be judged under a rule. Without one it is searched, as far as git gives it. */
  private async large(
    file: JudgedFile,
    placed: PlacedRule | undefined,
    { bytes, beginning = new Uint8Array() }: Pick<Content<JudgedFile>, 'bytes' | 'beginning'>,
  ): Promise<readonly Finding[]> {
    const { path } = file
    const rule = placed !== undefined && isForRules(path, placed) ? placed.rule : undefined
    if (rule !== undefined && !(await isBroad(rule))) return [tooLarge(path)]
    if (bytes !== undefined) return this.scan(file, textOf(bytes), 'plain')
    const message = 'this text is larger than 64 MiB: it is not searched for secrets'
    const found: Finding[] = isProgram(beginning) ? [] : [{ rule: 'not-searched', level: 'warn', file: path, message }]
    return this.settings.exceptions.apply(found, path, '')
  }
}

/** Where links are checked out as files (`core.symlinks`), somebody may have written a whole text into one. */
function isTarget(text: string): boolean {
  return text.length <= LONGEST_TARGET && !text.includes('\n')
}

/** Whether a rule that matches a file wants it sealed. */
function isForRules(file: string, { rule }: PlacedRule): boolean {
  return rule.mustEncrypt && !POLICY_FILE.test(file)
}

function tooLarge(file: string): Finding {
  const message = 'this file cannot be judged: it is too large'
  return { rule: 'unreadable', level: 'block', file, message, repair: `git rm --cached ${fileWord(file)}` }
}

function brokenPolicy(file: string, { message: why, where: { line, column } = {} }: BullaError): Finding {
  const message = `this policy cannot be read, so what it is for cannot be judged: ${why.split('\n')[0] ?? ''}`
  const place = line === undefined ? {} : { line, ...(column === undefined ? {} : { column }) }
  return { rule: 'policy-broken', level: 'block', file, ...place, message, repair: 'bulla doctor' }
}

/** What it leads to may lie outside of the repository, and be something else in every clone. */
function linkedPolicy(file: string): Finding {
  const message =
    'this policy is a symbolic link, and git records only where it leads: the policy itself has to stand here'
  const [link, copy] = [fileWord(file), fileWord(`${file}.new`)]
  const repair = `cp -L ${link} ${copy} && mv ${copy} ${link} && git add ${link}`
  return { rule: 'policy-broken', level: 'block', file, message, repair }
}
