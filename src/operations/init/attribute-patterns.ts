import { alternatives, type Piece } from './regex-pieces.ts'

/** More patterns than this are no list that anybody would read. */
const MAX_PATTERNS = 24

/** Files of the formats that are sealed value by value. */
export const FORMAT_PATTERNS: readonly string[] = ['*.yaml', '*.yml', '*.json', '*.env', '*.ini']

/**
 * What git calls the files that an expression matches: every such file, and perhaps a few more. On those, drivers do what
 * git does.
 *
 * @param pathRegex - RE2, searched for in the path below `folder`
 * @param folder - from the root of the repository, with slashes; empty for the root
 * @returns undefined when it cannot be said in patterns
 */
export function attributePatterns(pathRegex: string, folder: string): string[] | undefined {
  const globs = alternatives(pathRegex)?.flatMap(globsOf)
  // pictures and programs are better left to git
  if (globs === undefined || globs.includes('**/*')) return undefined
  const patterns = new Set(globs.map((glob) => below(folder, glob)))
  return patterns.size > MAX_PATTERNS ? undefined : [...patterns]
}

/** A file, as a pattern that only it matches. */
export function exactPattern(path: string): string {
  return quoted(`/${escaped(path)}`)
}

/**
 * `.*` may stand for a part of one name, or for folders and parts of two; git's `*` never matches a slash, and its `**`
 * stands only between slashes.
 */
function globsOf(pieces: readonly Piece[]): string[] {
  let globs = ['']
  for (const piece of simplified(pieces)) {
    if (piece.kind === 'text') globs = globs.map((glob) => glob + escaped(piece.text))
    else if (piece.kind === 'one') globs = globs.map((glob) => `${glob}?`)
    else if (piece.kind === 'some') globs = globs.map((glob) => `${glob}*`)
    else if (piece.kind === 'folders') globs = globs.map((glob) => `${glob}**/`)
    else globs = globs.flatMap(anyBehind)
  }
  return globs
}

function anyBehind(glob: string): string[] {
  if (glob.endsWith('**/')) return [`${glob}*`]
  return glob === '' || glob.endsWith('/') ? [`${glob}**/*`] : [`${glob}*`, `${glob}*/**/*`]
}

/** Anything, beside something of it, is anything. */
function simplified(pieces: readonly Piece[]): Piece[] {
  const found: Piece[] = []
  for (const piece of pieces) {
    const last = found.at(-1)
    if (piece.kind === 'any' && last?.kind === 'some') found.pop()
    const isMore =
      (last?.kind === 'any' || last?.kind === 'some') && (piece.kind === 'some' || piece.kind === last.kind)
    if (!isMore) found.push(piece)
  }
  return found
}

function below(folder: string, glob: string): string {
  const isAnyName = /^\*\*\/[^/]*$/.test(glob)
  if (folder !== '') return quoted(`/${escaped(folder)}/${glob}`)
  return quoted(isAnyName ? glob.slice(3) : glob.startsWith('**/') ? glob : `/${glob}`)
}

/** What means something else in a pattern. */
function escaped(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}

/** Blanks end a pattern, `#` begins a comment, `!` and `"` mean something at the start. */
function quoted(pattern: string): string {
  if (!/[\s"]|^[#!]/.test(pattern) && isPlain(pattern)) return pattern
  const first = /^[#!]/.test(pattern) ? `\\${pattern}` : pattern
  return `"${first.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t').replace(/\r/g, '\\r')}"`
}

function isPlain(pattern: string): boolean {
  return !/[\0-\x1f]/.test(pattern)
}
