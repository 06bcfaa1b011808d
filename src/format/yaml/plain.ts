import { FormatError } from '../../errors.ts'
import { hasConflict } from '../error-at.ts'
import { positionOf } from '../text.ts'
import { AliasCounter } from './alias-limit.ts'
import { syntaxError } from './read/cursor.ts'
import type { YamlMapping, YamlNode, YamlScalar } from './read/nodes.ts'
import { parseYaml } from './read/parser.ts'
import { UINT64 } from './read/resolve.ts'
import { resolveScalar } from './read/resolve-scalar.ts'
import { readUsualPlain } from './usual-plain.ts'

/** A YAML text as plain data, for settings. */
export interface PlainYaml {
  /** Objects have no prototype. Numbers that JavaScript cannot hold exactly, and times, are text. */
  readonly value: unknown
  /** 1-based place of the field at `path`, or of the nearest one around it. */
  locate(path: readonly string[]): { line: number; column: number }
}

/**
 * Read one document as plain data: aliases resolved, `<<` merged, duplicate keys refused.
 *
 * @param isText - names of fields whose scalars are text however they are written: `path_regex: 1` is the text `1`
 * @throws FormatError `ERR_SYNTAX`, `ERR_LIMIT`
 */
export function readPlainYaml(text: string, isText: (name: string) => boolean): PlainYaml {
  try {
    return readDocument(text, isText)
  } catch (error) {
    if (!(error instanceof FormatError && hasConflict(text))) throw error
    const where = error.where === undefined ? {} : { where: error.where }
    throw new FormatError(error.code, error.message, { ...where, hint: IN_CONFLICT })
  }
}

/** Settings are no sealed files: what decides conflicts of those would have them sealed. */
const IN_CONFLICT =
  'a merge left conflict marks in this file: decide them in an editor, or take one side with git checkout --ours FILE or --theirs'

function readDocument(text: string, isText: (name: string) => boolean): PlainYaml {
  const usual = readUsualPlain(text, isText)
  if (usual === undefined) return readWhole(text, isText)
  // where something stands is asked for errors only
  return { value: usual.value, locate: (path) => readWhole(text, isText).locate(path) }
}

/** As all of YAML has it. */
export function readWhole(text: string, isText: (name: string) => boolean): PlainYaml {
  const { documents } = parseYaml(text)
  const [document, second] = documents
  if (second !== undefined) {
    throw syntaxError(text, second.marker ?? second.root.start, 'only one document is expected here')
  }
  const reader = new PlainReader(text, isText)
  const value = document === undefined ? null : reader.read(document.root, [], '')
  return { value, locate: (path) => reader.locate(path) }
}

class PlainReader {
  private readonly text: string
  private readonly isText: (name: string) => boolean
  private readonly places = new Map<string, number>()
  private readonly open = new Set<YamlNode>()
  private readonly counter = new AliasCounter()
  private aliasDepth = 0

  constructor(text: string, isText: (name: string) => boolean) {
    this.text = text
    this.isText = isText
  }

  locate(path: readonly string[]): { line: number; column: number } {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = this.places.get(JSON.stringify(path.slice(0, length)))
      if (offset !== undefined) return positionOf(this.text, offset)
    }
    return { line: 1, column: 1 }
  }

  read(node: YamlNode, path: readonly string[], field: string): unknown {
    if (!this.counter.count(this.aliasDepth > 0)) {
      throw new FormatError('ERR_LIMIT', 'YAML: aliases make this document grow far beyond its text')
    }
    if (path.length > 0 && !this.places.has(JSON.stringify(path))) this.places.set(JSON.stringify(path), node.start)
    switch (node.kind) {
      case 'alias':
        return this.alias(node.target, node.start, path, field)
      case 'scalar':
        return this.scalar(node, field)
      case 'sequence':
        this.open.add(node)
        return this.leave(
          node,
          node.items.map(({ value }, index) => this.read(value, [...path, String(index)], field)),
        )
      case 'mapping':
        this.open.add(node)
        return this.leave(node, this.mapping(node, path))
    }
  }

  private leave<T>(node: YamlNode, value: T): T {
    this.open.delete(node)
    return value
  }

  private alias(target: YamlNode, offset: number, path: readonly string[], field: string): unknown {
    if (this.open.has(target)) throw syntaxError(this.text, offset, 'an alias stands inside the value that it repeats')
    this.aliasDepth += 1
    const value = this.read(target, path, field)
    this.aliasDepth -= 1
    return value
  }

  private mapping(node: YamlMapping, path: readonly string[]): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null)
    const merged: YamlNode[] = []
    for (const { key, value } of node.pairs) {
      const name = this.keyName(key)
      if (name === '<<') {
        merged.push(value)
        continue
      }
      if (Object.hasOwn(result, name)) throw syntaxError(this.text, key.start, 'this key stands twice in its mapping')
      this.places.set(JSON.stringify([...path, name]), key.start)
      result[name] = this.read(value, [...path, name], name)
    }
    for (const source of merged) this.merge(source, result, path)
    return result
  }

  /** Fields that are there already win over merged ones. */
  private merge(source: YamlNode, into: Record<string, unknown>, path: readonly string[]): void {
    const value = this.read(source, path, '')
    for (const part of Array.isArray(value) ? value : [value]) {
      if (typeof part !== 'object' || part === null)
        throw syntaxError(this.text, source.start, 'only mappings can be merged by "<<"')
      for (const [name, field] of Object.entries(part)) if (!Object.hasOwn(into, name)) into[name] = field
    }
  }

  private keyName(key: YamlNode): string {
    const target = key.kind === 'alias' ? key.target : key
    if (target.kind !== 'scalar') throw syntaxError(this.text, key.start, 'a mapping or a list cannot be a key')
    return target.value
  }

  private scalar(node: YamlScalar, field: string): unknown {
    const resolved = resolveScalar(node)
    if (resolved === undefined) throw syntaxError(this.text, node.start, 'this value is not what its tag says')
    if (resolved === UINT64 || (resolved.kind === 'scalar' && this.isText(field))) return node.value
    if (resolved.kind === 'null') return null
    switch (resolved.type) {
      case 'bool':
        return resolved.value === 'True'
      case 'int':
      case 'float': {
        const number = Number(resolved.value)
        return resolved.type === 'float' || Number.isSafeInteger(number) ? number : node.value
      }
      case 'str':
        return resolved.value
      case 'time':
        return node.value
    }
  }
}
