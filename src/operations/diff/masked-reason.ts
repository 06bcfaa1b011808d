import type { World } from '../ports.ts'

/** Why values are masked, for a person: nobody is asked, and nothing run or called, only to compare files. */
export async function maskedReason({ keyring }: Pick<World, 'keyring'>): Promise<string> {
  const places = await keyring.survey()
  const locked = places.find(({ needs }) => needs === 'passphrase')
  if (locked !== undefined) {
    return `no key that is at hand opens it; ${locked.file ?? locked.place} has a passphrase, which is not asked for here`
  }
  const isCommand = places.some(({ needs }) => needs === 'command')
  return `no key that is at hand opens it${isCommand ? '; SOPS_AGE_KEY_CMD is not run here' : ''}`
}
