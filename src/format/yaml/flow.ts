import type { Node, Scalar } from '../tree.ts'
import { wrappedBase64 } from './block-text.ts'
import { isMergeable } from './key-text.ts'
import { doubleQuoted, sopsStyle } from './scalar-style.ts'
import { sopsSpelling } from './spelling.ts'

/** A tree on one line, in flow style. Comments have no room there and are left out. */
export function flowText(node: Node): string {
  switch (node.kind) {
    case 'null':
      return 'null'
    case 'scalar':
      return flowScalar(node)
    case 'list':
      return `[${node.items.flatMap((item) => (item.kind === 'comment' ? [] : [flowText(item)])).join(', ')}]`
    case 'branch': {
      const entries = node.items.flatMap((item) => {
        if (item.kind === 'comment') return []
        return [`${flowKey(item.key, item.value)}: ${flowText(item.value)}`]
      })
      return `{${entries.join(', ')}}`
    }
  }
}

function flowKey(key: string, value: Node): string {
  if (key === '<<' && !isMergeable(value)) return doubleQuoted(key)
  return flowScalar({ kind: 'scalar', type: 'str', value: key })
}

function flowScalar(scalar: Scalar): string {
  const isBinary = scalar.type === 'str' && sopsStyle(scalar.value, true) === 'binary'
  if (isBinary) return `!!binary "${wrappedBase64(scalar.value).join('')}"`
  return sopsSpelling(scalar, { flow: true, tagged: false })
}
