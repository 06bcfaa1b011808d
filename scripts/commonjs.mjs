/**
 * Turns the split ES modules that esbuild wrote into few CommonJS files: `program.cjs` with the entry and all chunks of
 * ours, and one file per other chunk. Measured on Node 20: to load one more file costs about 0.9 ms, and what it holds
 * is compiled each time; what lies unused in the program costs about 0.2 ms for 100 KiB. So a start that has to be quick
 * can have a program of its own, with copies of what it needs most; the rest is that of `program.cjs`.
 *
 * Every chunk becomes a function of `module` and `load`, wherever it ends up; `load` runs it once.
 */
import { basename } from 'node:path'
import * as esbuild from 'esbuild'

/**
 * @param {object} build
 * @param {readonly { path: string, text: string }[]} build.files what esbuild wrote
 * @param {import('esbuild').Metafile} build.metafile
 * @param {Readonly<Record<string, string>>} build.entries sources to start with, by the names that launchers know them by; the
 *   first one is that of who names none
 * @param {RegExp} build.together sources that go into the program, unless they cannot do without others
 * @param {Readonly<Record<string, readonly string[]>>} [build.alone] for entries that have a program of their own: the sources
 *   that are in it with what they import statically
 * @returns {Promise<{ program: string, alone: Record<string, string>, chunks: { name: string, contents: string }[] }>}
 */
export async function packCommonJs({ files, metafile, entries, together: sources, alone = {} }) {
  const together = namesOfPure(metafile, sources)
  const names = new Set(files.map(({ path }) => basename(path)))
  const starts = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, basename(outputOf(metafile, entry))]),
  )
  const chunks = await Promise.all(
    files.map(async ({ path, text }) => ({
      name: basename(path),
      code: await toFunctionBody(basename(path), text, names),
    })),
  )
  /** An expression, for the launcher to call. @param {ReadonlySet<string>} wanted @param {string} first */
  const programOf = (wanted, first) => {
    const packed = chunks
      .filter(({ name }) => wanted.has(name) && together.has(name))
      .map(({ name, code }) => `'${name}'(module,load){${code}}`)
    const outside = chunks.flatMap(({ name }) => (together.has(name) ? [] : [name]))
    const table = `const packed={__proto__:null,\n${packed.join(',\n')}\n}\nconst outside=${JSON.stringify(outside)}\n`
    return `(function(require,__filename,start,others){'use strict'\n${table}${LOADER}load(${JSON.stringify(starts)}[start??'${first}'])\n})\n`
  }
  return {
    program: programOf(together, Object.keys(entries)[0] ?? ''),
    alone: Object.fromEntries(
      Object.entries(alone).map(([name, with_]) => {
        const wanted = new Set([entries[name] ?? '', ...with_].flatMap((source) => [...belowOf(metafile, source)]))
        return [name, programOf(wanted, name)]
      }),
    ),
    chunks: chunks
      .filter(({ name }) => !together.has(name))
      // the parentheses tell V8 to compile at once what is called at once
      .map(({ name, code }) => ({ name, contents: `'use strict'\nmodule.exports=(function(module,load){${code}})\n` })),
  }
}

/**
 * File names of the chunks that hold nothing but `sources`, nor do those that they import statically.
 *
 * @param {import('esbuild').Metafile} metafile
 * @param {RegExp} sources
 */
function namesOfPure({ outputs }, sources) {
  /** @type {Map<string, boolean>} */
  const known = new Map()
  /** @param {string} file @param {readonly string[]} above @returns {boolean} */
  const isPure = (file, above) => {
    // with exports set at the end of a chunk, a circle would read them too early
    if (above.includes(file)) throw new Error(`chunks import each other: ${[...above, file].join(' -> ')}`)
    const before = known.get(file)
    if (before !== undefined) return before
    const { imports = [], inputs = {} } = outputs[file] ?? {}
    const below = imports.filter(({ path, kind }) => kind === 'import-statement' && path in outputs)
    const areBelow = below.map(({ path }) => isPure(path, [...above, file])).every(Boolean)
    const pure = areBelow && Object.keys(inputs).every((input) => sources.test(input))
    known.set(file, pure)
    return pure
  }
  return new Set(Object.keys(outputs).flatMap((file) => (isPure(file, []) ? [basename(file)] : [])))
}

/** @param {import('esbuild').Metafile} metafile @param {string} source */
function outputOf({ outputs }, source) {
  const file = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source)?.[0]
  if (file === undefined) throw new Error(`${source} is neither an entry nor imported dynamically`)
  return file
}

/** Names of the chunk of a source and of all that it imports statically. @param {import('esbuild').Metafile} metafile @param {string} source */
function belowOf(metafile, source) {
  const files = new Set([outputOf(metafile, source)])
  for (const file of files) {
    for (const { path, kind } of metafile.outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && path in metafile.outputs) files.add(path)
    }
  }
  return new Set([...files].map((file) => basename(file)))
}

/** Loaded with their first use: they take 3 ms each, and much that imports them runs without them. */
const LATE = ['node:child_process', 'node:crypto', 'node:v8', 'node:zlib']

/**
 * With `start` null, who calls wants the packed chunks only; `others` gives those of the whole program, and is only called
 * when one of them is needed.
 */
const LOADER = `if(start===null)return packed
const loaded={__proto__:null}
function load(name){
  let module=loaded[name]
  if(module===undefined){
    loaded[name]=module={exports:{}}
    ;(packed[name]??(outside.includes(name)?require('./chunks/'+name):others()[name]))(module,load)
  }
  return module.exports
}
Object.defineProperty(load,'url',{get:()=>require('node:url').pathToFileURL(__filename).href})
load.builtins={__proto__:null}
for(const name of ${JSON.stringify(LATE)}){
  const real=()=>{
    const members=require(name)
    Object.setPrototypeOf(builtin,members)
    return members
  }
  const builtin=load.builtins[name]={__proto__:new Proxy({},{get:(_,member)=>real()[member],has:(_,member)=>member in real()})}
}
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
    // bundled packages may be odd: the first pass does not warn of them
    logOverride: { 'commonjs-variable-in-esm': 'silent', 'impossible-typeof': 'silent' },
    logLevel: 'silent',
  })
  if (warnings.length > 0) throw new Error(esbuild.formatMessagesSync(warnings, { kind: 'warning' }).join('\n'))
  return (
    code
      .trimEnd()
      .replace(/\brequire\("\.\/(?:chunks\/)?([^"/]+)"\)/g, (call, file) =>
        names.has(file) ? `load("${file}")` : call,
      )
      .replace(/(?<=[ ,][\w$]+=)require\(("[^"]+")\)(?=[,;])/g, (call, name) =>
        LATE.includes(JSON.parse(name)) ? `load.builtins[${name}]` : call,
      )
      // esbuild copies all exports at each dynamic import, in case that the module is none of its own
      .replace(/(\.then\(\(\) ?=> ?)[\w$]+\((load\("[^"]+"\))\)/g, '$1$2')
  )
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
