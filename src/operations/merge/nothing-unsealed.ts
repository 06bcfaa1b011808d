import { FormatError } from '../../errors.ts'
import { DEFAULT_SELECTOR, type SelectorSpec } from '../../format/metadata.ts'
import { compileSelector } from '../../format/selector.ts'
import type { Branch } from '../../format/tree.ts'
import { walk } from '../../format/walk.ts'
import type { SealPolicy } from '../seal.ts'
import type { OpenedSide } from './merge-key.ts'

interface Sides {
  readonly ours: OpenedSide
  readonly theirs: OpenedSide
}

/**
 * One side may have changed what is sealed while the other sealed something new: a value that is readable on no side must not
 * become so by merging them.
 *
 * @throws FormatError `ERR_MERGE`
 */
export async function checkNothingUnsealed(
  merged: readonly Branch[],
  { selector }: SealPolicy,
  { ours, theirs }: Sides,
): Promise<void> {
  const specs = [ours, theirs].map(({ file }) => file.metadata.selector ?? DEFAULT_SELECTOR)
  const isAlike = specs.every((spec) => JSON.stringify(spec) === JSON.stringify(selector))
  // comments move with their neighbours, and may have been what a value was sealed by
  if (selector === undefined || (isAlike && !selector.field.endsWith('comment_regex'))) return
  const sealed = new Set<string>()
  const clear = new Set<string>()
  for (const { file } of [ours, theirs]) {
    const found = await leavesOf(file.documents(), file.metadata.selector ?? DEFAULT_SELECTOR)
    for (const { key, isSealed } of found) (isSealed ? sealed : clear).add(key)
  }
  const found = await leavesOf(merged, selector)
  const leak = found.find(({ key, isSealed }) => !isSealed && sealed.has(key) && !clear.has(key))
  if (leak === undefined) return
  throw new FormatError('ERR_MERGE', 'a value that both sides seal would become readable: one changed what is sealed', {
    where: { path: leak.path },
    hint: 'take one side with git checkout --ours FILE, or --theirs, and make the other changes with "edit"',
  })
}

async function leavesOf(documents: readonly Branch[], spec: SelectorSpec) {
  const found: { key: string; isSealed: boolean; path: string[] }[] = []
  walk(documents, await compileSelector(spec), (leaf, { aad, path, selected }) => {
    const text = leaf.kind === 'comment' ? leaf.text : leaf.value
    const key = JSON.stringify(leaf.kind === 'comment' ? ['#', text] : [aad, text])
    if (text !== '') found.push({ key, isSealed: selected, path: [...path] })
    return false
  })
  return found
}
