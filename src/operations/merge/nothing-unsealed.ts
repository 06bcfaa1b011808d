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
 * One side may have changed what is sealed while the other sealed something new, and a comment may come to stand where none is
 * sealed, because what stood below it was taken out: what is readable on no side must not become so by merging them.
 *
 * @throws FormatError `ERR_MERGE`
 */
export async function checkNothingUnsealed(
  merged: readonly Branch[],
  { selector }: SealPolicy,
  { ours, theirs }: Sides,
): Promise<void> {
  if (selector === undefined) return
  const sealed = new Set<string>()
  const clear = new Set<string>()
  for (const { file } of [ours, theirs]) {
    const found = await leavesOf(file.documents(), file.metadata.selector ?? DEFAULT_SELECTOR)
    for (const { key, isSealed } of found) (isSealed ? sealed : clear).add(key)
  }
  const found = await leavesOf(merged, selector)
  const leak = found.find(({ key, isSealed }) => !isSealed && sealed.has(key) && !clear.has(key))
  if (leak === undefined) return
  const what = leak.isComment
    ? 'a comment that is sealed would become readable where it then stands'
    : 'a value that both sides seal would become readable: one changed what is sealed'
  throw new FormatError('ERR_MERGE', what, {
    where: { path: leak.path },
    hint: 'take one side with git checkout --ours FILE, or --theirs, and make the other changes with "edit"',
  })
}

async function leavesOf(documents: readonly Branch[], spec: SelectorSpec) {
  const found: { key: string; isComment: boolean; isSealed: boolean; path: string[] }[] = []
  walk(documents, await compileSelector(spec), (leaf, { aad, path, selected }) => {
    const isComment = leaf.kind === 'comment'
    const text = isComment ? leaf.text : leaf.value
    // lines of comments come to stand together, and are one comment then
    const keys = isComment ? text.split('\n').map(bareLine) : [text]
    for (const part of keys) {
      const key = JSON.stringify(isComment ? ['#', part] : [aad, part])
      if (part !== '') found.push({ key, isComment, isSealed: selected, path: [...path] })
    }
    return false
  })
  return found
}

/** In a comment of several lines, the sign stands before each but the first. */
function bareLine(line: string): string {
  return line.trim().replace(/^[#;]\s*/, '')
}
