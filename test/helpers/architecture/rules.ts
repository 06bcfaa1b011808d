import { isBuiltin } from 'node:module'
import {
  LAYERS,
  type LayerName,
  layerOf,
  mayUseBuiltin,
  mayUseGlobal,
  PACKAGE_FOLDERS,
  VALIDATOR_IMPORT,
  WAT_IMPORT,
} from './layers.ts'
import { type Import, type Module, readModules } from './modules.ts'

/** Every breach of the table in layers.ts, one sentence each. */
export async function findBreaches(sources: ReadonlyMap<string, string>): Promise<string[]> {
  const modules = await readModules(sources)
  return [...modules.flatMap((module) => breachesOf(module, sources)), ...findCycles(modules)]
}

function breachesOf(module: Module, sources: ReadonlyMap<string, string>): string[] {
  const { file } = module
  const layer = layerOf(file)
  if (layer === undefined) return [`${file} belongs to no layer`]
  return [
    ...module.imports.flatMap((imported) => breachOfImport(file, layer, imported, sources) ?? []),
    ...module.globals
      .filter((name) => !mayUseGlobal(file, layer, name))
      .map((name) => `${file} (${layer}) uses ${name}`),
    ...(module.hasComputedImport ? [`${file} computes what it imports`] : []),
  ]
}

function breachOfImport(
  file: string,
  layer: LayerName,
  imported: Import,
  sources: ReadonlyMap<string, string>,
): string | undefined {
  const { specifier, isType } = imported
  if (imported.file === undefined) return breachOfPackage(file, layer, specifier)
  if (VALIDATOR_IMPORT.pattern.test(imported.file)) {
    return file.startsWith(VALIDATOR_IMPORT.folder)
      ? undefined
      : `${file} imports a validator; only ${VALIDATOR_IMPORT.folder} may`
  }
  if (WAT_IMPORT.pattern.test(imported.file)) {
    const { folders } = WAT_IMPORT
    return folders.some((folder) => file.startsWith(folder))
      ? undefined
      : `${file} imports WebAssembly; only ${folders.join(' and ')} may`
  }
  if (!sources.has(imported.file)) return `${file} imports ${specifier}, which is not in src`
  const target = layerOf(imported.file)
  const { imports, types = [] } = LAYERS[layer]
  if (target === undefined || target === layer || imports.includes(target) || (isType && types.includes(target)))
    return undefined
  return `${file} (${layer}) imports ${isType ? 'types of ' : ''}${imported.file} (${target})`
}

function breachOfPackage(file: string, layer: LayerName, specifier: string): string | undefined {
  if (isBuiltin(specifier)) {
    const builtin = specifier.startsWith('node:') ? specifier : `node:${specifier}`
    return mayUseBuiltin(file, layer, builtin) ? undefined : `${file} (${layer}) imports ${builtin}`
  }
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
  const folder = PACKAGE_FOLDERS[name]
  if (folder === undefined) return `${file} imports ${name}, which has no folder in the table`
  return file.startsWith(folder) ? undefined : `${file} imports ${name}; only ${folder} may`
}

/** Circles of imports, types included: each is reported once, from its first file on. */
function findCycles(modules: readonly Module[]): string[] {
  const edges = new Map(modules.map(({ file, imports }) => [file, imports.flatMap((imported) => imported.file ?? [])]))
  const finished = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, above: readonly string[]): void => {
    const start = above.indexOf(file)
    if (start >= 0) cycles.push(`circle: ${[...above.slice(start), file].join(' -> ')}`)
    if (start >= 0 || finished.has(file)) return
    for (const next of edges.get(file) ?? []) visit(next, [...above, file])
    finished.add(file)
  }
  for (const file of edges.keys()) visit(file, [])
  return cycles
}
