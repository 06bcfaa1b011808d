/**
 * Turns the split ES modules that esbuild wrote into few CommonJS files: `program.cjs` with the entry and all chunks
 * that the commands people wait for need, and one file per other chunk. Measured on Node 20: to load one more file costs
 * about 0.9 ms, 35 KiB that lie unused in a file that is read anyway cost the same.
 *
 * Every chunk becomes a function of `module` and `load`, wherever it ends up; `load` runs it once.
 */
import { basename } from 'node:path'
import * as esbuild from 'esbuild'

/**
 * @param {object} build
 * @param {readonly { path: string, text: string }[]} build.files what esbuild wrote
 * @param {import('esbuild').Metafile} build.metafile
 * @param {string} build.entry file name of the chunk to start with
 * @param {RegExp} build.hot sources whose chunks (with all they import) go into the program too
 * @returns {Promise<{ program: string, chunks: { name: string, contents: string }[] }>}
 */
export async function packCommonJs({ files, metafile, entry, hot }) {
  const together = namesLoadedWith(
    metafile,
    (output) => hot.test(output.entryPoint ?? '') || output.entryPoint === entry,
  )
  const names = new Set(files.map(({ path }) => basename(path)))
  const start = basename(Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entry)?.[0] ?? '')
  const chunks = await Promise.all(
    files.map(async ({ path, text }) => ({
      name: basename(path),
      code: await toFunctionBody(basename(path), text, names),
    })),
  )
  const packed = chunks
    .filter(({ name }) => together.has(name))
    .map(({ name, code }) => `'${name}'(module,load){${code}}`)
  return {
    // an expression, for the launcher to call
    program: `(function(require,__filename){'use strict'\nconst packed={__proto__:null,\n${packed.join(',\n')}\n}\n${LOADER}load('${start}')\n})\n`,
    chunks: chunks
      .filter(({ name }) => !together.has(name))
      // the parentheses tell V8 to compile at once what is called at once
      .map(({ name, code }) => ({ name, contents: `'use strict'\nmodule.exports=(function(module,load){${code}})\n` })),
  }
}

/**
 * File names of the chunks that `isRoot` picks, and of all that they import statically.
 *
 * @param {import('esbuild').Metafile} metafile
 * @param {(output: import('esbuild').Metafile['outputs'][string]) => boolean} isRoot
 */
function namesLoadedWith({ outputs }, isRoot) {
  /** @param {string} file @param {readonly string[]} above @param {Set<string>} seen */
  const visit = (file, above, seen) => {
    // with exports set at the end of a chunk, a circle would read them too early
    if (above.includes(file)) throw new Error(`chunks import each other: ${[...above, file].join(' -> ')}`)
    if (seen.has(basename(file))) return
    seen.add(basename(file))
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && path in outputs) visit(path, [...above, file], seen)
    }
  }
  /** @type {Set<string>} */
  const names = new Set()
  for (const [file, output] of Object.entries(outputs)) if (isRoot(output)) visit(file, [], names)
  const all = new Set(names)
  for (const file of Object.keys(outputs)) visit(file, [], all)
  return names
}

const LOADER = `const loaded={__proto__:null}
function load(name){
  let module=loaded[name]
  if(module===undefined){
    loaded[name]=module={exports:{}}
    ;(packed[name]??require('./chunks/'+name))(module,load)
  }
  return module.exports
}
Object.defineProperty(load,'url',{get:()=>require('node:url').pathToFileURL(__filename).href})
`

/**
 * @param {string} name
 * @param {string} text
 * @param {ReadonlySet<string>} names
 */
async function toFunctionBody(name, text, names) {
  const list = /\nexport \{([^}]*)\};\s*$/.exec(text)
  const input = list === null ? text : `${text.slice(0, list.index)}\n${assignExports(text, list[1] ?? '')}`
  const { code, warnings } = await esbuild.transform(input, {
    sourcefile: name,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // ASCII, so that the program is read without decoding it
    charset: 'ascii',
    // a dynamic import becomes a `require` behind a promise
    supported: { 'dynamic-import': false },
    // also names: errors carry theirs as text
    minify: true,
    // a bundled package may ask where it is, although nothing is left there
    define: { 'import.meta.url': 'load.url' },
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
    logLevel: 'silent',
  })
  if (warnings.length > 0) throw new Error(esbuild.formatMessagesSync(warnings, { kind: 'warning' }).join('\n'))
  return code
    .trimEnd()
    .replace(/\brequire\("\.\/(?:chunks\/)?([^"/]+)"\)/g, (call, file) => (names.has(file) ? `load("${file}")` : call))
}

/**
 * esbuild would export through two layers of getters, which costs a call between two chunks 22 ns instead of 0.5. The
 * exports are set as plain values at the end instead: right as long as chunks do not import each other in a circle.
 *
 * @param {string} code
 * @param {string} list what stands between the braces of `export {}`
 */
function assignExports(code, list) {
  const entries = list.split(',').map((entry) => entry.trim().split(' as '))
  const properties = entries.map(([local = '', name = local]) =>
    mayChange(code, local) ? `get ${name}() { return ${local} }` : `${name}: ${local}`,
  )
  return `module.exports = { __esModule: true, ${properties.join(', ')} }\n`
}

/** Whether an exported binding may change after its declaration: one from another chunk may. Errs on the side of yes. @param {string} code @param {string} local */
function mayChange(code, local) {
  const name = `(?<![\\w$.])${local.replaceAll('$', '\\$')}(?![\\w$])`
  if (new RegExp(`^(?:async )?function\\*? ${name}`, 'm').test(code)) return false
  const assignments = new RegExp(`${name}\\s*(?:[-+*/%&|^?<>]{0,3}=(?![=>])|\\+\\+|--)|(?:\\+\\+|--)${name}`, 'g')
  return !new RegExp(`^(?:var|let|const) ${name} =`, 'm').test(code) || code.match(assignments)?.length !== 1
}
