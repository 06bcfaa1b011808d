import { ConfigError } from '../../errors.ts'
import type { NodePlace } from '../../format/change.ts'
import type { YamlDocument, YamlNode, YamlScalar } from '../../format/yaml/read/nodes.ts'
import { parseYaml } from '../../format/yaml/read/parser.ts'

/** A field of a mapping, aliases and merges followed. */
export interface FieldPlace {
  /** Of the value that counts: where an alias leads. */
  readonly at: NodePlace
  /** As it stands behind the name: the alias itself. */
  readonly pairAt: NodePlace
}

/** The nodes of a policy with the ways to them. */
export class PolicyTree {
  readonly text: string
  readonly document: YamlDocument

  constructor(text: string) {
    const [document] = parseYaml(text).documents
    if (document === undefined) throw new ConfigError('ERR_CONFIG', 'the policy is empty')
    this.text = text
    this.document = document
  }

  /** @throws RangeError when there is no such place: a bug of the caller */
  node(at: NodePlace): YamlNode {
    let node: YamlNode | undefined = this.document.root
    for (const index of at) {
      if (node?.kind === 'mapping') node = node.pairs[index]?.value
      else node = node?.kind === 'sequence' ? node.items[index]?.value : undefined
    }
    if (node === undefined) throw new RangeError('there is no such place in the policy')
    return node
  }

  /** Where the alias at `at` leads; `at` itself when there is none. */
  follow(at: NodePlace): NodePlace {
    const node = this.node(at)
    if (node.kind !== 'alias') return at
    for (const [place, other] of this.places()) if (other === node.target) return place
    throw new RangeError('the alias leads nowhere')
  }

  /** The field `name` of the mapping at `at`, its own or a merged one; undefined when there is none. */
  field(at: NodePlace, name: string): FieldPlace | undefined {
    const mapping = this.node(at)
    if (mapping.kind !== 'mapping') return undefined
    const named = (wanted: string) => mapping.pairs.findIndex(({ key }) => keyOf(key) === wanted)
    const own = named(name)
    if (own >= 0) return { at: this.follow([...at, own]), pairAt: [...at, own] }
    const merge = named('<<')
    if (merge < 0) return undefined
    for (const source of this.elements(this.follow([...at, merge]))) {
      const found = this.field(source, name)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** The elements of a list, aliases followed; of anything else: itself. */
  elements(at: NodePlace): NodePlace[] {
    const node = this.node(at)
    return node.kind === 'sequence' ? node.items.map((_, index) => this.follow([...at, index])) : [at]
  }

  /** Every node and the way to it, in the order of the text; keys of mappings are left out. */
  *places(at: NodePlace = []): Generator<readonly [NodePlace, YamlNode]> {
    const node = this.node(at)
    yield [at, node]
    const count = node.kind === 'mapping' ? node.pairs.length : node.kind === 'sequence' ? node.items.length : 0
    for (let index = 0; index < count; index += 1) yield* this.places([...at, index])
  }

  /** The scalar that an anchor in front of `offset` gives this text. */
  anchored(value: string, offset: number): YamlScalar | undefined {
    for (const [, node] of this.places()) {
      if (node.kind === 'scalar' && node.anchor !== undefined && node.value === value && node.end <= offset) return node
    }
    return undefined
  }
}

function keyOf(key: YamlNode): string | undefined {
  const node = key.kind === 'alias' ? key.target : key
  return node.kind === 'scalar' ? node.value : undefined
}
