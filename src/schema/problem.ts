import { suggest } from './suggest.ts'

/** One thing that does not fit a schema. Names fields, never their values. */
export interface Problem {
  /** Keys and indexes to the field. */
  readonly path: readonly string[]
  readonly message: string
  readonly hint?: string
}

/** The part of an ajv error that is safe to use. */
export interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
}

/** Say in our words what ajv found. `schema` is what was checked against. */
export function describeProblem(error: SchemaError, schema: unknown): Problem {
  const path = pointerKeys(error.instancePath)
  const field = path.length === 0 ? 'the file' : fieldName(path)
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(path, String(error.params['additionalProperty']), namesAt(path, schema))
    case 'required':
      return {
        path,
        message: `${field} needs the field ${String(error.params['missingProperty'])}`,
        hint: `known fields are ${namesAt(path, schema).join(', ')}`,
      }
    case 'type':
      return { path, message: `${field} must be ${typeNames(error.params['type'])}`, ...typeHint(error.params['type']) }
    case 'minimum':
    case 'maximum':
      return {
        path,
        message: `${field} must be ${error.keyword === 'minimum' ? 'at least' : 'at most'} ${String(error.params['limit'])}`,
        hint: 'change the number',
      }
    default:
      return { path, message: `${field} is not valid (${error.keyword})` }
  }
}

function unknownField(path: readonly string[], name: string, known: readonly string[]): Problem {
  const meant = suggest(name, known)
  return {
    path: [...path, name],
    message: `unknown field ${[...path, name].length === 1 ? name : fieldName([...path, name])}`,
    hint: meant === undefined ? `known fields are ${known.join(', ')}` : `did you mean ${meant}?`,
  }
}

/** `creation_rules[0].age`. */
function fieldName(path: readonly string[]): string {
  return path.map((key, index) => (/^[0-9]+$/.test(key) ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping',
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'empty',
}

function typesOf(type: unknown): string[] {
  return (Array.isArray(type) ? type : String(type).split(',')).map(String).filter((name) => name !== 'null')
}

function typeNames(type: unknown): string {
  return typesOf(type)
    .map((name) => TYPE_NAMES[name] ?? name)
    .join(' or ')
}

const TYPE_HINTS: Readonly<Record<string, string>> = {
  array: 'write each entry on a line of its own, behind a "- "',
  object: 'write its fields as "name: value", with one "- " before all of them when it stands in a list',
  string: 'write one text',
  integer: 'write a number, without quotes',
  boolean: 'write true or false, without quotes',
}

function typeHint(type: unknown): { hint?: string } {
  const types = typesOf(type)
  const hint = TYPE_HINTS[types.includes('array') ? 'array' : (types[0] ?? '')]
  return hint === undefined ? {} : { hint }
}

/** Names that the schema knows in the object at `path`. */
function namesAt(path: readonly string[], schema: unknown): string[] {
  let node = schema
  for (const key of path) {
    const { properties, items, additionalProperties } = asObject(resolved(node, schema))
    node = items ?? asObject(properties)[key] ?? additionalProperties
  }
  return Object.keys(asObject(asObject(resolved(node, schema))['properties']))
}

/** Follows `$ref`, which in our schemas names a definition of the same file. */
function resolved(node: unknown, schema: unknown): unknown {
  const reference = asObject(node)['$ref']
  if (typeof reference !== 'string') return node
  return pointerKeys(reference.replace(/^#/, '')).reduce<unknown>((part, key) => asObject(part)[key], schema)
}

function asObject(node: unknown): Readonly<Record<string, unknown>> {
  return Object.assign(Object.create(null), typeof node === 'object' ? node : undefined)
}

function pointerKeys(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}
