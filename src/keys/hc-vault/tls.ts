import { KeyError } from '../../errors.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import type { HttpRequest } from '../services/http.ts'

/** How the certificate of a Vault is checked, and which one it is shown. */
export type VaultTls = Pick<HttpRequest, 'ca' | 'isTrustedBlindly' | 'certificate'>

/**
 * The user's settings, in the variables of Vault's own tools.
 *
 * @throws {@link KeyError} `ERR_KEY_SERVICE` when a file that they name cannot be read, or one of two is missing
 */
export async function vaultTls(environment: ServiceEnvironment): Promise<VaultTls> {
  const { variable } = environment
  const inline = variable('VAULT_CACERT_BYTES') ?? ''
  const ca = inline === '' ? await fileOf('VAULT_CACERT', environment) : inline
  const cert = await fileOf('VAULT_CLIENT_CERT', environment)
  const key = await fileOf('VAULT_CLIENT_KEY', environment)
  if ((cert === undefined) !== (key === undefined)) {
    const lacking = cert === undefined ? 'VAULT_CLIENT_CERT' : 'VAULT_CLIENT_KEY'
    throw new KeyError('ERR_KEY_SERVICE', `of the certificate to show to Vault, ${lacking} is not set`, {
      hint: 'set VAULT_CLIENT_CERT and VAULT_CLIENT_KEY, or neither',
    })
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { certificate: { cert, key } }),
    ...(isTrue(variable('VAULT_SKIP_VERIFY')) ? { isTrustedBlindly: true } : {}),
  }
}

/** As Go reads a boolean. */
function isTrue(text: string | undefined): boolean {
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text ?? '')
}

/** The file that a variable names; undefined when it is not set. */
export async function fileOf(
  name: string,
  { variable, readFile }: Pick<ServiceEnvironment, 'variable' | 'readFile'>,
): Promise<string | undefined> {
  const path = variable(name) ?? ''
  if (path === '') return undefined
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes !== undefined) return Buffer.from(bytes).toString('utf8')
  throw new KeyError('ERR_KEY_SERVICE', `the file that ${name} names cannot be read`, {
    hint: `check ${name} and the permissions of the file`,
  })
}
