import type { EmitOptions } from '../store.ts'
import { yamlIndent } from './emit.ts'
import type { Layout } from './layout.ts'
import type { YamlDocument, YamlNode } from './read/nodes.ts'

/** How new lines are written: as those that are there. */
export interface ChangeLayout extends Layout {
  /** Columns from a key to the dashes of a list below it: 0 where lists are not indented. */
  readonly listIndent: number
}

/** @param options - for what the document has no example of */
export function changeLayout(text: string, document: YamlDocument, options: EmitOptions): ChangeLayout {
  const seen = columnsOf(document.root)
  const indent = seen.mapping ?? yamlIndent(options.indent)
  const lineBreak = /\r\n|[\n\r]/.exec(text)?.[0] ?? '\n'
  return { text, lineBreak, indent, listIndent: seen.list ?? indent }
}

/** The first mapping and the first list below a key say how far such are indented. */
function columnsOf(root: YamlNode): { mapping: number | undefined; list: number | undefined } {
  const seen: { mapping: number | undefined; list: number | undefined } = { mapping: undefined, list: undefined }
  const visit = (node: YamlNode): void => {
    if (seen.mapping !== undefined && seen.list !== undefined) return
    if (node.kind === 'sequence') for (const { value } of node.items) visit(value)
    if (node.kind !== 'mapping' || node.flow) return
    for (const { value } of node.pairs) {
      if (value.kind === 'scalar' || value.kind === 'alias' || value.flow) continue
      const columns = value.column - node.column
      if (value.kind === 'sequence') seen.list ??= columns
      else if (columns > 0) seen.mapping ??= columns
      visit(value)
    }
  }
  visit(root)
  return seen
}
