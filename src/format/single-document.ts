import { cannotEmit } from './error-at.ts'
import type { Branch } from './tree.ts'

/** The reserved name of the metadata block in stores that have nesting. */
export const SOPS = 'sops'

/** `sops`, when `document` has it on its top level. */
export function reservedKey(document: Branch): string | undefined {
  return document.items.some((item) => item.kind === 'entry' && item.key === SOPS) ? SOPS : undefined
}

/** The one document of a store that can hold only one. @throws FormatError `ERR_EMIT`: sops drops the others silently */
export function onlyDocument(documents: readonly Branch[]): Branch {
  const [document] = documents
  if (document !== undefined && documents.length === 1) return document
  throw cannotEmit(
    `this format holds exactly one document, and there are ${documents.length}`,
    'keep several documents in YAML',
  )
}
