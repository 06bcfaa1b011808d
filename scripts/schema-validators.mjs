/**
 * Build-time compiler for `schemas/*.schema.json`: an import such as
 *
 *     import { schema, validate } from '../../schemas/sops-config.schema.json?validator'
 *
 * becomes a validator written by ajv beforehand, and the schema for whoever explains what it finds. Nothing of ajv's
 * compiler reaches the package: compiling a schema at run time costs more than all the rest of a small command. The type of
 * such an import is in src/schema/validator.d.ts.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import ajv2020 from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'

const SUFFIX = '?validator'
// Virtual ids must not end in `.json`: vite's own JSON plugin would take the code for data.
const VIRTUAL_START = '\0schema-validator:'
const VIRTUAL_END = '.mjs'
/** A property of such a name has a schema, no text. */
const TEXTS = ['$comment', 'title', 'description']
const ESBUILD_NAMESPACE = 'schema-validator'

/**
 * @param {string} schemaFile
 * @returns {string} an ES module that exports `validate` and `schema`
 */
export function compileSchema(schemaFile) {
  const ajv = new ajv2020.default({
    strict: true,
    allowUnionTypes: true,
    allErrors: true,
    code: { source: true, esm: true },
  })
  const schema = withoutTexts(JSON.parse(readFileSync(schemaFile, 'utf8')))
  // a text until it is asked for
  const text = JSON.stringify(JSON.stringify(schema))
  return `${importsForRequires(withoutSchemas(standalone.default(ajv, ajv.compile(schema))))}
export const schema = () => JSON.parse(${text})`
}

/** What only people read. @param {any} schema @returns {any} of the same type */
function withoutTexts(schema) {
  if (Array.isArray(schema)) return schema.map(withoutTexts)
  if (typeof schema !== 'object' || schema === null) return schema
  const kept = Object.entries(schema).filter(([key, value]) => !(TEXTS.includes(key) && typeof value === 'string'))
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutTexts(value)]))
}

/**
 * ajv puts every schema beside the validator, where each start would make it anew: a validator needs the types that it names
 * in its complaints, and the names of properties.
 *
 * @param {string} code
 */
function withoutSchemas(code) {
  let changed = code
  for (const [all, name = '', text = ''] of code.matchAll(/const (schema\d+) = (\{.*?\});(?=const |function )/g)) {
    const schema = JSON.parse(text)
    const types = new RegExp(`\\b${name}((?:\\.\\w+)*)\\.type\\b`, 'g')
    changed = changed.replace(all, '').replace(types, (_all, /** @type {string} */ path) => {
      const keys = path.split('.').slice(1)
      return JSON.stringify(keys.reduce((node, key) => node[key], schema).type)
    })
    const names = Object.fromEntries(Object.keys(schema.properties ?? {}).map((property) => [property, 0]))
    const isMore = new RegExp(`\\b${name}\\b(?!\\.properties[^.\\w])`).test(changed)
    changed = `const ${name} = ${isMore ? text : JSON.stringify({ properties: names })};${changed}`
  }
  return changed
}

/** ajv asks for its few runtime helpers with `require`, also when told to write an ES module. @param {string} code */
function importsForRequires(code) {
  /** @type {string[]} */
  const imports = []
  const body = code.replace(
    /\brequire\("([^"]+)"\)(\.default)?/g,
    (_match, /** @type {string} */ name, /** @type {string | undefined} */ hasDefault) => {
      const local = `runtime${imports.length}`
      const file = name.startsWith('ajv/') && !name.endsWith('.js') ? `${name}.js` : name
      imports.push(`import ${local} from ${JSON.stringify(file)}`)
      // Bundlers disagree on what the default import of a CommonJS module is; both answers lead to the helper.
      return hasDefault === undefined ? local : `(${local}.default ?? ${local})`
    },
  )
  return `${imports.join('\n')}\n${body.replace(/^export default .*$/m, '')}`
}

/** For vite and vitest. @returns {import('vitest/config').Plugin} */
export function schemaValidators() {
  return {
    name: 'schema-validators',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!source.endsWith(SUFFIX) || importer === undefined) return undefined
      return `${VIRTUAL_START}${resolve(dirname(importer), source.slice(0, -SUFFIX.length))}${VIRTUAL_END}`
    },
    load(id) {
      if (!id.startsWith(VIRTUAL_START)) return undefined
      const file = id.slice(VIRTUAL_START.length, -VIRTUAL_END.length)
      this.addWatchFile(file)
      return { code: compileSchema(file), map: null }
    },
  }
}

/** For esbuild. @returns {import('esbuild').Plugin} */
export function schemaValidatorsForEsbuild() {
  return {
    name: 'schema-validators',
    setup(build) {
      build.onResolve({ filter: /\?validator$/ }, ({ path, resolveDir }) => ({
        path: resolve(resolveDir, path.slice(0, -SUFFIX.length)),
        namespace: ESBUILD_NAMESPACE,
      }))
      build.onLoad({ filter: /.*/, namespace: ESBUILD_NAMESPACE }, ({ path }) => ({
        contents: compileSchema(path),
        loader: 'js',
        // ajv's runtime helpers are found from this project, wherever the schema is
        resolveDir: import.meta.dirname,
        watchFiles: [path],
      }))
    },
  }
}
