/** A field of a TypeScript interface, as its source says it. */
export interface Field {
  readonly name: string
  readonly isOptional: boolean
  readonly type: string
}

/** Interfaces and type aliases of a source, read well enough for plain data: one field a line. */
export function readInterfaces(source: string): ReadonlyMap<string, readonly Field[] | string> {
  const found = new Map<string, readonly Field[] | string>()
  for (const [, name = '', body = ''] of source.matchAll(/^(?:export )?interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)) {
    found.set(name, readFields(body))
  }
  for (const [, name = '', type = ''] of source.matchAll(/^(?:export )?type (\w+) = (.+)$/gm)) found.set(name, type)
  return found
}

function readFields(body: string): Field[] {
  return [...body.matchAll(/^\s*readonly (\w+)(\??): (.+?);?\s*$/gm)].map(([, name = '', mark, type = '']) => ({
    name,
    isOptional: mark === '?',
    type,
  }))
}

interface SchemaNode {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly additionalProperties?: boolean | SchemaNode
}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'integer',
  boolean: 'boolean',
  null: 'null',
}

/** Compares interfaces with a schema; every difference is a line. */
export class Comparison {
  readonly differences: string[] = []
  private readonly definitions: Readonly<Record<string, SchemaNode>>
  private readonly interfaces: ReadonlyMap<string, readonly Field[] | string>
  private readonly seen = new Set<string>()

  constructor(schema: object, interfaces: ReadonlyMap<string, readonly Field[] | string>) {
    this.definitions = '$defs' in schema ? (schema.$defs as Readonly<Record<string, SchemaNode>>) : {}
    this.interfaces = interfaces
  }

  /** @param type - as it stands in the source */
  type(type: string, given: SchemaNode, where: string): void {
    const node = this.resolve(given)
    // not the bars inside of brackets
    const parts = type.split(/ \| (?![^<{]*[>}])/).flatMap((part) => {
      const alias = this.interfaces.get(part)
      return typeof alias === 'string' ? alias.split(' | ') : [part]
    })
    const kinds = parts.map((part) => this.kind(part, node, where)).sort()
    const allowed = [node.type ?? []].flat().sort()
    if (kinds.join() !== allowed.join()) this.differences.push(`${where}: ${type} is not ${allowed.join(' or ')}`)
  }

  /** The word of the schema for one part of a union. */
  private kind(part: string, node: SchemaNode, where: string): string {
    const scalar = SCALARS[part]
    if (scalar !== undefined) return scalar
    const element = /^readonly (.+)\[\]$/.exec(part)?.[1]
    if (element !== undefined) {
      this.type(element, node.items ?? {}, `${where}[]`)
      return 'array'
    }
    const value = /^Readonly<Record<string, (.+)>>$/.exec(part)?.[1]
    if (value !== undefined && typeof node.additionalProperties === 'object') {
      this.type(value, node.additionalProperties, `${where}.*`)
      return 'object'
    }
    const inline = /^\{ (.+) \}$/.exec(part)?.[1]
    const fields = inline === undefined ? this.interfaces.get(part) : readFields(inline.replaceAll('; ', '\n'))
    if (fields === undefined || typeof fields === 'string') this.differences.push(`${where}: what is ${part}?`)
    else if (!this.seen.has(part)) {
      this.seen.add(part)
      this.fields(fields, node, where)
    }
    return 'object'
  }

  private fields(fields: readonly Field[], node: SchemaNode, where: string): void {
    const properties = node.properties ?? {}
    const names = fields.map(({ name }) => name)
    for (const name of Object.keys(properties))
      if (!names.includes(name)) this.differences.push(`${where}.${name}: only in the schema`)
    for (const { name, isOptional, type } of fields) {
      const property = properties[name]
      if (property === undefined) this.differences.push(`${where}.${name}: only in the source`)
      else this.type(type, property, `${where}.${name}`)
      if (isOptional === (node.required ?? []).includes(name))
        this.differences.push(`${where}.${name}: ${isOptional ? 'required' : 'optional'} only in the schema`)
    }
  }

  private resolve(node: SchemaNode): SchemaNode {
    const name = /^#\/\$defs\/(\w+)$/.exec(node.$ref ?? '')?.[1]
    return name === undefined ? node : (this.definitions[name] ?? {})
  }
}
