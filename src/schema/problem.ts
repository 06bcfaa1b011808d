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
  readonly schemaPath: string
  readonly params: Readonly<Record<string, unknown>>
}

/** Say in our words what ajv found. `schema` is what was checked against. */
export function describeProblem(error: SchemaError, schema: unknown): Problem {
  const path = pointerKeys(error.instancePath)
  const field = path.length === 0 ? 'the file' : fieldName(path)
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(path, String(error.params['additionalProperty']), siblings(error.schemaPath, schema))
    case 'required':
      return { path, message: `${field} needs the field ${String(error.params['missingProperty'])}` }
    case 'type':
      return { path, message: `${field} must be ${typeNames(error.params['type'])}` }
    case 'minimum':
    case 'maximum':
      return {
        path,
        message: `${field} must be ${error.keyword === 'minimum' ? 'at least' : 'at most'} ${String(error.params['limit'])}`,
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

function typeNames(type: unknown): string {
  const names: Record<string, string> = {
    array: 'a list',
    object: 'a mapping',
    string: 'text',
    integer: 'a whole number',
    boolean: 'true or false',
    null: 'empty',
  }
  const types = (Array.isArray(type) ? type : String(type).split(',')).map(String).filter((name) => name !== 'null')
  return types.map((name) => names[name] ?? name).join(' or ')
}

/** Names that the object of the failing keyword does know. */
function siblings(schemaPath: string, schema: unknown): string[] {
  let node: unknown = schema
  for (const key of pointerKeys(schemaPath.replace(/^#/, '')).slice(0, -1)) node = property(node, key)
  const properties = property(node, 'properties')
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

function property(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null
    ? Object.entries(node).find(([name]) => name === key)?.[1]
    : undefined
}

function pointerKeys(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}
