import { resolve } from 'node:path'
import { sealedType } from '../../format/enc.ts'
import type { Branch, List, Node, Scalar, StoreName } from '../../format/tree.ts'
import { inFile } from '../in-file.ts'
import { readSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { loadStore, storeNameFor } from '../stores.ts'
import { type PathStep, showPath } from './tree-path.ts'

/** One value of a sealed file, as far as it can be known without a key. */
export interface ListedValue {
  /** Which of several YAML documents, from 0. */
  readonly document: number
  /** As `get` and `set` take it. */
  readonly path: string
  /** Of a sealed value, what its `ENC[…]` says: that is not authenticated. */
  readonly type: 'str' | 'int' | 'float' | 'bool' | 'time' | 'null' | 'map' | 'list' | 'unknown'
  readonly sealed: boolean
}

/**
 * What is in a sealed file: every value, and collections without any. No key is used and nothing is verified.
 *
 * @throws FileError; FormatError `ERR_NOT_SEALED`, and what the store throws
 */
export async function listValues(
  file: string,
  inputType: StoreName | undefined,
  world: World,
): Promise<readonly ListedValue[]> {
  const path = resolve(world.cwd, file)
  const type = inputType ?? storeNameFor(path)
  try {
    const [{ bytes }, store] = await Promise.all([world.files.open(path), loadStore(type)])
    const { source } = readSealed(store, bytes)
    return source.documents.flatMap((root, document) => valuesIn(root, document))
  } catch (error) {
    throw inFile(error, path, type)
  }
}

function valuesIn(root: Branch, document: number): ListedValue[] {
  const found: ListedValue[] = []
  // the same steps twice: with positions among values only, and with comments counted
  const steps: PathStep[] = []
  const sopsSteps: PathStep[] = []
  const add = (type: ListedValue['type'], sealed: boolean): void => {
    found.push({ document, path: showPath(steps, sopsSteps), type, sealed })
  }
  const below = (node: Node, step: PathStep, sopsStep: PathStep): void => {
    steps.push(step)
    sopsSteps.push(sopsStep)
    visit(node)
    steps.pop()
    sopsSteps.pop()
  }
  const visit = (node: Node): void => {
    if (node.kind === 'null') add('null', false)
    else if (node.kind === 'scalar') add(typeOf(node), sealedType(textOf(node)) !== undefined)
    else visitItems(node)
  }
  const visitItems = (node: Branch | List): void => {
    let position = 0
    node.items.forEach((item, index) => {
      if (item.kind === 'entry') below(item.value, item.key, item.key)
      else if (item.kind !== 'comment' && !isSealedComment(item)) below(item, position++, index)
    })
    const isEmpty = !node.items.some((item) => item.kind !== 'comment')
    if (isEmpty && steps.length > 0) add(node.kind === 'branch' ? 'map' : 'list', false)
  }
  visit(root)
  return found
}

function textOf({ type, value }: Scalar): string {
  return type === 'str' ? value : ''
}

function isSealedComment(node: Node): boolean {
  return node.kind === 'scalar' && sealedType(textOf(node)) === 'comment'
}

function typeOf(scalar: Scalar): ListedValue['type'] {
  const sealed = sealedType(textOf(scalar))
  switch (sealed) {
    case undefined:
      return scalar.type
    case 'str':
    case 'int':
    case 'float':
    case 'bool':
    case 'time':
      return sealed
    default:
      return 'unknown'
  }
}
