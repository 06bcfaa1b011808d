import type { NamedText } from '../../texts/text-pool.ts'
import type { CleanKind } from '../clean-files.ts'
import { Judge } from '../file-judge.ts'
import { Exceptions } from '../findings/exceptions.ts'
import type { JudgeSettings } from '../surroundings/judge-settings.ts'
import { Policies } from '../surroundings/policies.ts'
import { ReaderNames } from '../surroundings/reader-names.ts'
import type { TextScanner } from '../tree-port.ts'

const NOTHING: ReadonlyMap<string, Uint8Array> = new Map()
const FILE = '100644'

/** How it judges: no exceptions, as a file that needs one is none of those that it lets through. */
export interface SieveRules extends Pick<JudgeSettings, 'rules' | 'minVersion'> {
  /** Contents by path of all policies. */
  readonly policies: ReadonlyMap<string, Uint8Array>
  readonly scanner: TextScanner
}

/**
 * Says of which files nothing is to be told, whatever stands in other files and whatever was told before: in most
 * repositories that is nearly all of them, and it can be found out in any order. Who has to be told of the rest judges it.
 */
export class Sieve {
  private readonly judge: Judge
  private readonly kinds = new WeakMap<object, CleanKind>()

  constructor({ policies, rules, minVersion, scanner }: SieveRules) {
    const surroundings = {
      policies: new Policies(policies),
      // who tells of readers asks for their names himself
      names: new ReaderNames({ filesIn: async () => NOTHING }),
    }
    const exceptions = new Exceptions({ scope: 'tree', today: () => '' })
    const noted = { add: (file: object, kind: CleanKind) => this.kinds.set(file, kind) }
    const settings = { isStrict: false, minVersion, exceptions, rules }
    this.judge = new Judge(NOTHING, surroundings, settings, { isStrict: false, scanner, noted })
  }

  /** Never rejects. @param text - of a file that is no link, and cannot be left over from another */
  async kindOf({ path, bytes }: NamedText): Promise<CleanKind | undefined> {
    const file = { path, mode: FILE, id: '' }
    try {
      const findings = await this.judge.file({ file, bytes })
      return findings.length === 0 ? this.kinds.get(file) : undefined
    } catch {
      // it comes again, and is told then
      return undefined
    }
  }
}
