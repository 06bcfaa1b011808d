import { posix } from 'node:path'
import { build, transform } from 'esbuild'
import { WORLD_GLOBALS } from './layers.ts'

export interface Import {
  /** As written. */
  readonly specifier: string
  /** From the root of the repository, for a relative import. */
  readonly file: string | undefined
  /** Nothing of it is left at run time. */
  readonly isType: boolean
}

export interface Module {
  readonly file: string
  readonly imports: readonly Import[]
  /** Those of {@link WORLD_GLOBALS} that it uses; `Date` only where it reads the clock. */
  readonly globals: readonly string[]
  /** It calls `import()` with something that is not a plain string, so nobody can tell what it imports. */
  readonly hasComputedImport: boolean
}

/** Read modules. @param sources - text of each file by its path from the root of the repository, `src/a/b.ts` */
export async function readModules(sources: ReadonlyMap<string, string>): Promise<Module[]> {
  return Promise.all(
    [...sources].map(async ([file, text]) => {
      const code = await withMarkedGlobals(file, text)
      return {
        file,
        imports: await importsOf(file, text),
        globals: WORLD_GLOBALS.filter((name) => usesGlobal(code, name)),
        hasComputedImport: /\bimport\((?!")/.test(code),
      }
    }),
  )
}

/**
 * Every import, `import type` and `import('…')` in types included. esbuild is the judge of what is left at run time; what
 * it drops is found by pattern, which is enough for formatted code: an import declaration starts its line.
 */
async function importsOf(file: string, text: string): Promise<Import[]> {
  const atRunTime = await runTimeImports(file, text)
  const declared = [
    ...text.matchAll(/^(?:import|export)\s[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
  ].map((match) => match[1] ?? '')
  return [...new Set([...atRunTime, ...declared])].map((specifier) => ({
    specifier,
    file: specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : undefined,
    isType: !atRunTime.has(specifier),
  }))
}

async function runTimeImports(file: string, text: string): Promise<Set<string>> {
  const found = new Set<string>()
  await build({
    stdin: { contents: text, loader: 'ts', sourcefile: file },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    plugins: [
      {
        name: 'collect',
        setup(build) {
          build.onResolve({ filter: /.*/ }, ({ path }) => {
            found.add(path)
            return { path, external: true }
          })
        },
      },
    ],
  })
  return found
}

/** esbuild knows scopes: it replaces a name only where it means the global, never in a string, comment, type or member. */
async function withMarkedGlobals(file: string, text: string): Promise<string> {
  const define = Object.fromEntries(WORLD_GLOBALS.map((name) => [name, marker(name)]))
  const { code } = await transform(text, { loader: 'ts', sourcefile: file, format: 'esm', logLevel: 'silent', define })
  return code
}

function marker(name: string): string {
  return `__world_${name.replaceAll('.', '_')}`
}

function usesGlobal(code: string, name: string): boolean {
  const mark = marker(name)
  if (name !== 'Date') return new RegExp(`\\b${mark}\\b`).test(code)
  // `new Date(x)` and `Date.parse(x)` compute; these ask what time it is
  return new RegExp(`\\b${mark}\\.now\\b|\\bnew ${mark}(?:\\(\\)|(?!\\())|(?<!new )\\b${mark}\\(`).test(code)
}
