import { bareScalar, NO_COMMENTS, type ScalarStyle, type YamlPair, type YamlScalar } from './nodes.ts'

/**
 * A line `key: value` without anything that needs a closer look. Its nodes are made when something asks for them: for most
 * lines of a large file nothing does.
 */
export class SimplePair implements YamlPair {
  readonly name: string
  readonly keyStart: number
  readonly text: string
  readonly style: ScalarStyle
  readonly valueStart: number
  readonly valueEnd: number
  private keyNode: YamlScalar | undefined
  private valueNode: YamlScalar | undefined

  constructor(name: string, keyStart: number, text: string, style: ScalarStyle, valueStart: number, valueEnd: number) {
    this.name = name
    this.keyStart = keyStart
    this.text = text
    this.style = style
    this.valueStart = valueStart
    this.valueEnd = valueEnd
    this.keyNode = undefined
    this.valueNode = undefined
  }

  get hasComments(): boolean {
    return hasComments(this.keyNode) || hasComments(this.valueNode)
  }

  get key(): YamlScalar {
    const { keyStart, name } = this
    this.keyNode ??= bareScalar(name, 'plain', keyStart, keyStart + name.length, NO_COMMENTS)
    return this.keyNode
  }

  get value(): YamlScalar {
    this.valueNode ??= bareScalar(this.text, this.style, this.valueStart, this.valueEnd, NO_COMMENTS)
    return this.valueNode
  }
}

function hasComments(node: YamlScalar | undefined): boolean {
  return node !== undefined && (node.head.length > 0 || node.line.length > 0 || node.foot.length > 0)
}
