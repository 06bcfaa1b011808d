import { CiphertextPool } from '../../crypto/reuse.ts'
import { type ErrorCode, FormatError, isBullaError } from '../../errors.ts'
import type { SelectorSpec } from '../../format/metadata.ts'
import { compileSelector } from '../../format/selector.ts'
import { decodeText } from '../../format/text.ts'
import type { Branch, Leaf } from '../../format/tree.ts'
import { walk } from '../../format/walk.ts'
import { sealedStore } from '../judge/sealed/sealed-store.ts'
import { layoutFor } from '../layout.ts'
import { openSealed } from '../open.ts'
import { PolicyFinder } from '../policy.ts'
import type { FileVersion, World } from '../ports.ts'
import { checkSealed, policyOf, readPlain, type SealPolicy, sealFile } from '../seal.ts'
import { loadStore } from '../stores.ts'

const NO_RULE: readonly ErrorCode[] = ['ERR_NO_RULE', 'ERR_NO_RECIPIENT']

/**
 * Seal a file again for the readers it has, with the selector of its rule, as the sops of today writes it. Everything in it
 * has to verify first. Values that stay sealed keep their ciphertexts.
 *
 * @param wanted - false only opens it
 * @returns undefined when it was only opened
 * @throws FormatError `ERR_NOT_SEALED`, also when the rule would put something in clear; KeyError; IntegrityError; ConfigError
 */
export async function followRule(
  { path, bytes }: FileVersion,
  wanted: boolean,
  world: World,
): Promise<Uint8Array | undefined> {
  const name = sealedStore(path, decodeText(bytes))
  if (name === undefined) throw new FormatError('ERR_NOT_SEALED', 'the file is not sealed', { hint: 'seal it first' })
  const store = await loadStore(name)
  const layout = await layoutFor(path, name, undefined, world)
  const pool = new CiphertextPool()
  const opened = await openSealed({ store, bytes, layout, pool, file: path }, world)
  try {
    if (!wanted) return undefined
    const { dataKey, metadata } = opened
    const { groups, shamirThreshold } = metadata
    const own = policyOf(metadata, name === 'binary')
    const ofRule = await rulePolicy(path, name, world)
    const policy =
      ofRule === undefined || name === 'binary'
        ? own
        : { ...own, selector: ofRule.selector, macOnlyEncrypted: ofRule.macOnlyEncrypted }
    const count = await countUnsealed(opened.documents(), own.selector, policy.selector)
    if (count > 0) {
      const values = count === 1 ? 'a value' : `${count} values`
      throw new FormatError(
        'ERR_NOT_SEALED',
        `the rule would put ${values} in clear that ${count === 1 ? 'is' : 'are'} sealed`,
        {
          hint: 'if that is meant, decrypt and encrypt the file; else change the rule',
        },
      )
    }
    const plain = readPlain(opened.bytes(), store, store, layout)
    const sealed = await sealFile(plain, policy, { dataKey, groups, shamirThreshold, reuse: pool }, world)
    checkSealed(sealed)
    return sealed.bytes
  } finally {
    opened.dispose()
  }
}

async function rulePolicy(
  path: string,
  name: Parameters<PolicyFinder['policy']>[1],
  { files, cwd, configPath }: World,
): Promise<SealPolicy | undefined> {
  try {
    return (await new PolicyFinder(files, cwd, configPath).policy(path, name, {})).policy
  } catch (error) {
    if (isBullaError(error) && NO_RULE.includes(error.code)) return undefined
    throw error
  }
}

/** How many values one selector seals and the other does not. */
async function countUnsealed(
  documents: readonly Branch[],
  before: SelectorSpec | undefined,
  after: SelectorSpec | undefined,
): Promise<number> {
  if (before === undefined || after === undefined) return 0
  const [first, second] = [await selected(documents, before), await selected(documents, after)]
  return first.filter((isSealed, index) => isSealed && second[index] === false).length
}

/** Of each leaf, in the order of the walk: whether it is sealed. Empty ones never are. */
async function selected(documents: readonly Branch[], spec: SelectorSpec): Promise<boolean[]> {
  const found: boolean[] = []
  walk(documents, await compileSelector(spec), (leaf, visit) => {
    found.push(visit.selected && !isEmpty(leaf))
    return false
  })
  return found
}

function isEmpty(leaf: Leaf): boolean {
  return leaf.kind === 'comment' ? leaf.text === '' : leaf.type === 'str' && leaf.value === ''
}
