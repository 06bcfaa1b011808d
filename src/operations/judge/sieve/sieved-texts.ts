import { type Tell, TextsInOrder } from '../../texts/texts-in-order.ts'
import type { CleanKind } from '../clean-files.ts'
import { sealedSiblings } from '../plain/leftover.ts'
import { type JudgeSettings, SETTINGS } from '../surroundings/judge-settings.ts'
import type { Content, JudgedFile } from '../tree-port.ts'
import { Sieve, type SieveRules } from './sieve.ts'
import type { SieveThreads } from './sieve-setup.ts'

const KIB = 1024
const SIZES = { first: 512 * KIB, worth: 6144 * KIB, batch: 128 * KIB }
/** After so many texts it shows whether threads save any work. */
const TRIAL = 256
const PLAIN = '100'

interface Tools extends Pick<SieveRules, 'policies' | 'scanner'> {
  readonly threads: SieveThreads
  readonly settings: JudgeSettings
  /** Contents by path of files beside which others may be left over. */
  readonly siblings: ReadonlyMap<string, Uint8Array>
}

/** Has texts sieved, by threads when there are many, and tells of them in their order: undefined when somebody has to judge. */
export class SievedTexts {
  private readonly tools: Tools
  private readonly texts: TextsInOrder<CleanKind | undefined>
  /** Of this thread, once there are others. Before, what is judged anyway is not sieved. */
  private sieve: Sieve | undefined
  private sievedCount = 0
  private cleanCount = 0

  constructor(tools: Tools) {
    this.tools = tools
    this.texts = new TextsInOrder({
      look: async (text) => this.sieve?.kindOf(text),
      startThreads: (most) => this.startThreads(most),
      sizes: SIZES,
    })
  }

  /** @param share - how much of all that there is to do is done, 0 to 1 */
  async add({ file, bytes }: Content<JudgedFile>, share: number, tell: Tell<CleanKind | undefined>): Promise<void> {
    if (bytes === undefined || !this.standsAlone(file)) return this.texts.addFound(undefined, tell)
    await this.texts.add({ path: file.path, bytes }, share, async (kind) => {
      if (this.sieve !== undefined) this.count(kind)
      await tell(kind)
    })
    if (this.sievedCount < TRIAL || this.cleanCount * 2 > this.sievedCount) return
    await this.texts.finish()
    this.close()
  }

  /** Until everything is told. */
  async finish(): Promise<void> {
    await this.texts.finish()
  }

  /** What was not told by now never is; what comes is to be judged. */
  close(): void {
    this.sieve = undefined
    this.sievedCount = 0
    this.texts.close()
  }

  /** Whether no other file decides about this one. */
  private standsAlone({ path, mode }: JudgedFile): boolean {
    return mode.startsWith(PLAIN) && !sealedSiblings(path).some((sibling) => this.tools.siblings.has(sibling))
  }

  private count(kind: CleanKind | undefined): void {
    this.sievedCount += 1
    if (kind !== undefined) this.cleanCount += 1
  }

  private async startThreads(most: number) {
    const { threads, settings, scanner } = this.tools
    const { rules, rulesId, minVersion } = settings
    const policies = new Map([...this.tools.policies].filter(([path]) => !SETTINGS.includes(path)))
    const own = rules.length === 0 ? undefined : Buffer.from(rulesId, 'latin1')
    // git has a processor of its own, and V8 compiles on others
    const pool = await threads.start({ policies, rules: own, minVersion }, { busy: 2, most })
    if (pool !== undefined) this.sieve = new Sieve({ policies, rules, minVersion, scanner })
    return pool
  }
}
