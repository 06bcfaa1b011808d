import type { Store } from '../format/store.ts'
import type { StoreName } from '../format/tree.ts'

export const STORE_NAMES: readonly StoreName[] = ['binary', 'dotenv', 'ini', 'json', 'yaml']

/** The store of a path by its ending, as sops decides: case counts, everything unknown is binary. */
export function storeNameFor(path: string): StoreName {
  if (path.endsWith('.yaml') || path.endsWith('.yml')) return 'yaml'
  if (path.endsWith('.json')) return 'json'
  if (path.endsWith('.env')) return 'dotenv'
  return path.endsWith('.ini') ? 'ini' : 'binary'
}

/** Load a store; only those that are used cost anything. */
export async function loadStore(name: StoreName): Promise<Store> {
  switch (name) {
    case 'yaml':
      return (await import('../format/yaml/store.ts')).yamlStore
    case 'json':
      return (await import('../format/json/store.ts')).jsonStore
    case 'dotenv':
      return (await import('../format/dotenv/store.ts')).dotenvStore
    case 'ini':
      return (await import('../format/ini/store.ts')).iniStore
    case 'binary':
      return (await import('../format/binary.ts')).binaryStore
  }
}
