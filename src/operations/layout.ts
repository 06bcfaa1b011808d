import type { SopsConfig } from '../config/config.ts'
import type { EmitOptions } from '../format/store.ts'
import type { StoreName } from '../format/tree.ts'

/** Layout of what is written anew: `--indent`, else what the policy file says, else the store's own. */
export function layoutOf(store: StoreName, indent: number | undefined, config: SopsConfig | undefined): EmitOptions {
  const configured = store === 'yaml' || store === 'json' || store === 'binary' ? config?.indent[store] : undefined
  const chosen = indent ?? configured
  return chosen === undefined ? {} : { indent: chosen }
}
