import type { Node } from '../tree.ts'
import { sopsSpelling } from './spelling.ts'

/** A tree on one line, in flow style. Comments have no room there and are left out. */
export function flowText(node: Node): string {
  switch (node.kind) {
    case 'null':
      return 'null'
    case 'scalar':
      return sopsSpelling(node, { flow: true, tagged: false })
    case 'list':
      return `[${node.items.flatMap((item) => (item.kind === 'comment' ? [] : [flowText(item)])).join(', ')}]`
    case 'branch': {
      const entries = node.items.flatMap((item) => {
        if (item.kind === 'comment') return []
        const key = sopsSpelling({ kind: 'scalar', type: 'str', value: item.key }, { flow: true, tagged: false })
        return [`${key}: ${flowText(item.value)}`]
      })
      return `{${entries.join(', ')}}`
    }
  }
}
