import type { Indents } from '../config/config.ts'
import type { EmitOptions } from '../format/store.ts'
import type { StoreName } from '../format/tree.ts'
import type { World } from './ports.ts'

/** Layout of what is written anew: `--indent`, else what the policy file says, else the store's own. */
export function layoutOf(store: StoreName, indent: number | undefined, indents: Indents | undefined): EmitOptions {
  const configured = store === 'yaml' || store === 'json' || store === 'binary' ? indents?.[store] : undefined
  const chosen = indent ?? configured
  return chosen === undefined ? {} : { indent: chosen }
}

/** The same for one file; its policy file is not searched for when that is said already. @throws ConfigError */
export async function layoutFor(
  path: string,
  store: StoreName,
  indent: number | undefined,
  { files, cwd, configPath }: Pick<World, 'files' | 'cwd' | 'configPath'>,
): Promise<EmitOptions> {
  if (indent !== undefined) return { indent }
  const { PolicyFinder } = await import('./policy.ts')
  return layoutOf(store, indent, await new PolicyFinder(files, cwd, configPath).indents(path))
}
