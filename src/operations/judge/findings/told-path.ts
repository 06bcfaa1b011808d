import { isRandom } from '../../../scan/text/randomness.ts'
import { type PathStep, showPath } from '../../values/tree-path.ts'

/** What stands in place of a key that may be a credential itself. */
export const UNTOLD = '…'

/** A path of keys in the form of `ls`, as reports show it: who can read them need not be who can read the file. */
export function toldPath(steps: readonly PathStep[]): string {
  return showPath(steps.map((step) => (typeof step === 'string' && isRandom(step) ? UNTOLD : step)))
}
