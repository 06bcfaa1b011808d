import { posix } from 'node:path'
import { isBullaError } from '../../errors.ts'
import { driverPatterns, isSetUp, missingPatterns, type PlacedPolicy } from '../init/attributes.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { Policies } from '../judge/surroundings/policies.ts'
import type { JudgedFile, JudgedTree } from '../judge/tree-port.ts'

export const ATTRIBUTES = '.gitattributes'
const POLICY = /(?:^|\/)\.sops\.yaml$/

/** Files that rules match by now, and that the drivers do not know: only where `init` has set them up. */
export async function findMissingDrivers(files: readonly JudgedFile[], tree: JudgedTree): Promise<Finding[]> {
  const paths = files.map(({ path }) => path).filter((path) => POLICY.test(path))
  const contents = await tree.read([ATTRIBUTES, ...paths])
  const text = Buffer.from(contents.get(ATTRIBUTES) ?? new Uint8Array()).toString('utf8')
  if (!isSetUp(text)) return []
  const policies = new Policies(contents)
  const placed = paths.flatMap((path) => placedPolicy(path, policies))
  const tracked = files.map(({ path }) => path)
  const [first, ...others] = missingPatterns(text, await driverPatterns(placed, tracked))
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  const message = `rules match ${first}${more}, and ${ATTRIBUTES} does not give such files to bulla's diff and merge`
  return [{ rule: 'drivers-missing', level: 'warn', file: ATTRIBUTES, message, repair: 'bulla check --fix' }]
}

function placedPolicy(path: string, policies: Policies): PlacedPolicy[] {
  const folder = posix.dirname(path)
  try {
    return [{ folder: folder === '.' ? '' : folder, config: policies.config(path) }]
  } catch (error) {
    if (isBullaError(error)) return [] // told where it is used
    throw error
  }
}
