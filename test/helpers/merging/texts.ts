import type { Branch, Entry, Node } from '../../../src/format/tree.ts'
import type { Format } from './edits.ts'
import { type Mapping, type Model, plain } from './model.ts'

/** The text of documents; the same value is always written in the same way. */
export function textOf(documents: readonly Mapping[], format: Format, isCompact: boolean): string {
  const [first] = documents
  if (first === undefined) return ''
  if (format === 'yaml') return documents.map((map) => yamlMap(map, '')).join('---\n')
  if (format === 'json') return `${JSON.stringify(jsonOf(first), undefined, isCompact ? undefined : 2)}\n`
  if (format === 'dotenv') return flatLines(first, '#', '=')
  return [...first.items]
    .map(([name, { value, comment }]) => {
      return `${comment === undefined ? '' : `;${comment}\n`}[${name}]\n${flatLines(value, ';', ' = ')}`
    })
    .join('')
}

function flatLines(model: Model, sign: string, equals: string): string {
  if (model.kind !== 'map') return ''
  return [...model.items]
    .map(([key, { value, comment }]) => {
      const line = `${key}${equals}${value.kind === 'scalar' ? String(value.value) : ''}\n`
      return comment === undefined ? line : `${sign}${comment}\n${line}`
    })
    .join('')
}

function jsonOf(model: Model): unknown {
  if (model.kind === 'scalar') return model.value
  if (model.kind === 'list') return model.items
  if (model.kind === 'named') return [...model.items].map(([name, value]) => ({ name, ...(jsonOf(value) as object) }))
  return Object.fromEntries([...model.items].map(([key, { value }]) => [key, jsonOf(value)]))
}

function yamlMap({ items }: Mapping, indent: string): string {
  return [...items]
    .map(([key, { value, comment }]) => {
      return `${comment === undefined ? '' : `${indent}#${comment}\n`}${indent}${key}:${yamlValue(value, indent)}`
    })
    .join('')
}

/** What stands behind the colon, with its line break. */
function yamlValue(model: Model, indent: string): string {
  const inner = `${indent}  `
  if (model.kind === 'scalar') return ` ${yamlScalar(model.value, inner)}\n`
  if (model.kind === 'map') return model.items.size === 0 ? ' {}\n' : `\n${yamlMap(model, inner)}`
  if (model.kind === 'list') {
    if (model.items.length === 0) return ' []\n'
    return `\n${model.items.map((item) => `${inner}- ${item}\n`).join('')}`
  }
  const elements = [...model.items].map(([name, map]) => `${inner}- name: ${name}\n${yamlMap(map, `${inner}  `)}`)
  return `\n${elements.join('')}`
}

function yamlScalar(value: string | number | boolean | null, indent: string): string {
  if (typeof value !== 'string') return String(value)
  if (/^[A-Za-z0-9-]+$/.test(value)) return value
  if (/^\S[^\t]*\n/.test(value)) {
    const lines = value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${indent}${line}\n`)
    return `|${value.endsWith('\n') ? '' : '-'}\n${lines.join('')}`.replace(/\n$/, '')
  }
  return JSON.stringify(value)
}

/** What {@link plain} gives for the model of it, for a tree that was read. */
function plainOfTree(node: Node): unknown {
  if (node.kind === 'null') return null
  if (node.kind === 'scalar') {
    if (node.type === 'int' || node.type === 'float') return Number(node.value)
    return node.type === 'bool' ? node.value === 'True' : node.value
  }
  if (node.kind === 'list') {
    const items = node.items.filter((item) => item.kind !== 'comment')
    if (items[0]?.kind !== 'branch') return items.map(plainOfTree)
    return items
      .map((item) => {
        const { name, ...rest } = plainOfTree(item) as Record<string, unknown> // a branch gives a record
        return [name, rest]
      })
      .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))
  }
  const entries = node.items.flatMap((item) =>
    item.kind === 'entry' && !isEmptySection(item) ? [[item.key, plainOfTree(item.value)] as const] : [],
  )
  return Object.fromEntries(entries.sort((a, b) => (a[0] < b[0] ? -1 : 1)))
}

/** Every ini file has it. */
function isEmptySection({ key, value }: Entry): boolean {
  return key === 'DEFAULT' && value.kind === 'branch' && value.items.length === 0
}

export function plainOfTrees(documents: readonly Branch[]): unknown[] {
  return documents.map(plainOfTree)
}

export function plainOfModels(documents: readonly (Model | undefined)[]): unknown[] {
  return documents.map(plain)
}
