import { KeyError } from '../../errors.ts'
import { encodeText } from '../../format/text.ts'
import { generateIdentity } from '../../keys/age/identities.ts'
import type { KeyPlace } from '../../keys/master-key.ts'
import type { FileVersion, World } from '../ports.ts'

/** A new key pair whose secret half goes into the user's own key file. */
export interface OwnKey {
  readonly recipient: string
  /** The key file, absolute. */
  readonly path: string
  /** Add the identity to the key file; those that are in it stay. @throws FileError */
  keep(): Promise<void>
}

/**
 * Make a key pair for whoever runs this. Nothing is written yet.
 *
 * @throws KeyError `ERR_IDENTITY` when there is no plain key file it could be added to
 */
export async function newOwnKey(world: World): Promise<OwnKey> {
  const path = keyFile(await world.keyring.survey())
  const version = (await world.files.kind(path)) === 'file' ? await world.files.open(path) : undefined
  const { identity, recipient } = generateIdentity(world.random)
  return {
    recipient,
    path,
    keep: () => {
      const block = `# created: ${world.now()}\n# public key: ${recipient}\n${identity}\n`
      const bytes = encodeText(`${textOf(version)}${block}`)
      return world.files.write({ path, bytes, expected: version ?? 'nothing', mode: 0o600, makeFolders: true })
    },
  }
}

/** The one that was named, else the default one. */
function keyFile(places: readonly KeyPlace[]): string {
  const isFile = ({ place }: KeyPlace) => place === 'SOPS_AGE_KEY_FILE' || place.endsWith('keys.txt')
  const files = places.filter(({ type }) => type === 'age').filter(isFile)
  const named = files.find(({ place, isAbsent }) => place === 'SOPS_AGE_KEY_FILE' && !isAbsent)
  const chosen = named ?? files.find(({ place }) => place !== 'SOPS_AGE_KEY_FILE')
  const path = chosen?.file ?? chosen?.place
  if (path !== undefined && path !== 'SOPS_AGE_KEY_FILE' && chosen?.needs === undefined) return path
  throw new KeyError('ERR_IDENTITY', 'there is no plain key file that a new identity could be added to', {
    hint: 'make a key with age-keygen, and give its public half',
  })
}

function textOf(version: FileVersion | undefined): string {
  const text = version === undefined ? '' : Buffer.from(version.bytes).toString('utf8')
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
