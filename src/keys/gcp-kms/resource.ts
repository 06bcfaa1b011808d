import { KeyError } from '../../errors.ts'
import type { ServiceKey } from '../services/key-service.ts'

/** A key of Cloud KMS, in the parts of its resource id. */
export interface GcpResource {
  /** Of the key, without a version. Safe in the path of a URL. */
  readonly key: string
  /** The id as it was given: the key, or one version of it. Safe in the path of a URL. */
  readonly path: string
  readonly project: string
  readonly location: string
  /** Named only for keys that have a public half: their versions are called one by one. */
  readonly version: string | undefined
}

/**
 * Narrower than sops, which takes anything between slashes: no part can be `..`, a question mark or a per cent sign. A
 * project may have a domain before it, `example.com:project`.
 */
const FORM =
  /^(projects\/((?:[a-z0-9][a-z0-9.-]{0,252}:)?[a-z0-9][a-z0-9-]{0,62})\/locations\/([a-z][a-z0-9-]{0,62})\/keyRings\/[A-Za-z0-9_-]{1,63}\/cryptoKeys\/[A-Za-z0-9_-]{1,63})(?:\/cryptoKeyVersions\/([1-9][0-9]{0,9}))?$/

/** @throws {@link KeyError} `ERR_RECIPIENT` */
export function parseResource({ fields }: Pick<ServiceKey, 'fields'>): GcpResource {
  const path = fields['resource_id'] ?? ''
  const [, key, project, location, version] = FORM.exec(path) ?? []
  if (key !== undefined && project !== undefined && location !== undefined) {
    return { key, path, project, location, version }
  }
  throw new KeyError('ERR_RECIPIENT', 'the resource id of the GCP KMS key cannot be read', {
    hint: 'its form is projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY',
  })
}

/**
 * Whether a name that the service replied is a version of this key. A project can be named by its number, which the
 * service may answer with its id: then the project is not compared.
 */
export function isVersionOf(resource: GcpResource, name: string): boolean {
  const [, key, project] = FORM.exec(name) ?? []
  if (key === undefined || project === undefined || key === name) return false
  if (resource.version !== undefined) return name === resource.path
  const rest = (path: string, owner: string) => path.slice(`projects/${owner}`.length)
  const sameProject = project === resource.project || /^[0-9]+$/.test(resource.project)
  return sameProject && rest(key, project) === rest(resource.key, resource.project)
}
