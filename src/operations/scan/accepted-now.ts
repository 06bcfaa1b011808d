import { Exceptions } from '../judge/findings/exceptions.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { look } from './look.ts'
import type { ScanTools } from './scan.ts'
import { textOf } from './text-of.ts'

/**
 * Values that an exception beside them accepts in the files as they are now. The same value in an older version of the file
 * had no exception yet, and nobody can write one into it.
 */
export class AcceptedNow {
  private readonly read: (path: string) => Promise<Uint8Array | undefined>
  private readonly tools: ScanTools
  private readonly values = new Map<string, Promise<ReadonlySet<string>>>()

  constructor(read: (path: string) => Promise<Uint8Array | undefined>, tools: ScanTools) {
    this.read = read
    this.tools = tools
  }

  /** @param line - the value, or the line that tells it from others */
  async has({ rule, file }: Finding, line: string): Promise<boolean> {
    const values = this.values.get(file) ?? this.valuesIn(file)
    this.values.set(file, values)
    return (await values).has(`${rule} ${line}`)
  }

  private async valuesIn(path: string): Promise<ReadonlySet<string>> {
    const bytes = await this.read(path)
    const text = bytes === undefined ? '' : textOf(bytes)
    if (bytes === undefined || !text.includes('bulla:allow')) return new Set()
    const found = await look({ path, bytes }, this.tools)
    const ofText = new Exceptions({ scope: 'history', today: () => '' })
    const findings = found.map(({ finding }) => finding)
    const left = new Set<Finding>(await ofText.apply(findings, path, text))
    return new Set(
      found.filter(({ finding }) => !left.has(finding)).map(({ finding, line }) => `${finding.rule} ${line}`),
    )
  }
}
