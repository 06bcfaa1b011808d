import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  type TokenCredentialOptions,
  UsernamePasswordCredential,
  WorkloadIdentityCredential,
} from '@azure/identity'
import type { ServiceEnvironment } from '../services/environment.ts'
import { CallFailure } from '../services/rest.ts'
import type { Challenge } from './challenge.ts'
import { libraryHttp, type RequestRecord } from './library-http.ts'
import type { SourcedToken, TokenSource } from './token-source.ts'

interface Setup {
  readonly environment: ServiceEnvironment
  readonly options: TokenCredentialOptions & {
    readonly additionallyAllowedTenants: string[]
    readonly disableInstanceDiscovery: boolean
  }
  readonly record: RequestRecord
  /** Alone in the chain: then it is surely meant. */
  readonly isOnly: boolean
}

type MakeSource = (setup: Setup) => TokenSource

/** In the order in which sops tries them. @see azidentity 1.14, `default_azure_credential.go` */
const CHAIN: Readonly<Record<string, MakeSource>> = {
  environmentcredential: fromEnvironment,
  workloadidentitycredential: fromWorkloadIdentity,
  managedidentitycredential: fromManagedIdentity,
  azureclicredential: (setup) => source('az login', setup, () => new AzureCliCredential(setup.options)),
  azuredeveloperclicredential: (setup) =>
    source('azd auth login', setup, () => new AzureDeveloperCliCredential(setup.options)),
  azurepowershellcredential: (setup) =>
    source('the login of Azure PowerShell', setup, () => new AzurePowerShellCredential(setup.options)),
}
const NAMES = Object.keys(CHAIN)
const GROUPS: Readonly<Record<string, readonly string[]>> = { prod: NAMES.slice(0, 3), dev: NAMES.slice(3) }

/**
 * Where tokens may come from, in this order. `AZURE_TOKEN_CREDENTIALS` narrows it.
 *
 * @throws {@link CallFailure}
 */
export function tokenSources(environment: ServiceEnvironment): readonly TokenSource[] {
  const wanted = (environment.variable('AZURE_TOKEN_CREDENTIALS') ?? '').trim().toLowerCase()
  const names = wanted === '' ? NAMES : (GROUPS[wanted] ?? NAMES.filter((name) => name === wanted))
  if (names.length === 0) {
    throw new CallFailure('AZURE_TOKEN_CREDENTIALS names no kind of credentials', {
      hint: 'it is dev, prod, or one of EnvironmentCredential, WorkloadIdentityCredential, ManagedIdentityCredential, AzureCLICredential, AzureDeveloperCLICredential, AzurePowerShellCredential',
    })
  }
  const record: RequestRecord = {}
  const options = optionsOf(environment, record)
  return names.flatMap((name) => CHAIN[name]?.({ environment, options, record, isOnly: names.length === 1 }) ?? [])
}

const PUBLIC_AUTHORITIES =
  /^https:\/\/login\.(?:microsoftonline\.(?:com|us)|chinacloudapi\.cn|partner\.microsoftonline\.cn)\/?$/

function optionsOf(environment: ServiceEnvironment, record: RequestRecord): Setup['options'] {
  const authority = environment.variable('AZURE_AUTHORITY_HOST') ?? ''
  if (authority !== '' && (!URL.canParse(authority) || new URL(authority).protocol !== 'https:')) {
    throw new CallFailure('AZURE_AUTHORITY_HOST is no https address', {
      hint: 'its form is https://login.microsoftonline.com; correct it, or unset it',
    })
  }
  const others = environment.variable('AZURE_ADDITIONALLY_ALLOWED_TENANTS') ?? ''
  return {
    httpClient: libraryHttp(environment, record),
    // retries are ours: these would wait longer than the deadline lets them
    retryOptions: { maxRetries: 0 },
    additionallyAllowedTenants: others.split(';').filter((tenant) => tenant !== ''),
    // a private cloud is not known to the public one
    disableInstanceDiscovery: authority !== '' && !PUBLIC_AUTHORITIES.test(authority),
    ...(authority === '' ? {} : { authorityHost: authority }),
  }
}

function fromEnvironment(setup: Setup): TokenSource {
  const read = (name: string) => setup.environment.variable(name) ?? ''
  const [tenant, client] = [read('AZURE_TENANT_ID'), read('AZURE_CLIENT_ID')]
  const who = `application ${printableId(client)} of tenant ${printableId(tenant)} (AZURE_CLIENT_ID)`
  if (tenant === '' || client === '') return nothing(who)
  const meant = { tenant, isMeant: true }
  const secret = read('AZURE_CLIENT_SECRET')
  if (secret !== '')
    return source(who, setup, () => new ClientSecretCredential(tenant, client, secret, setup.options), meant)
  const certificatePath = read('AZURE_CLIENT_CERTIFICATE_PATH')
  if (certificatePath !== '') {
    const certificatePassword = read('AZURE_CLIENT_CERTIFICATE_PASSWORD')
    const sendCertificateChain = /^(?:1|true)$/i.test(read('AZURE_CLIENT_SEND_CERTIFICATE_CHAIN'))
    const certificate = { certificatePath, ...(certificatePassword === '' ? {} : { certificatePassword }) }
    const options = { ...setup.options, sendCertificateChain }
    const before = () => checkPem(certificatePath, setup.environment)
    const make = () => new ClientCertificateCredential(tenant, client, certificate, options)
    return source(who, setup, make, { ...meant, before })
  }
  const [user, password] = [read('AZURE_USERNAME'), read('AZURE_PASSWORD')]
  if (user === '' || password === '') return nothing(who)
  const make = () => new UsernamePasswordCredential(tenant, client, user, password, setup.options)
  return source('the user in AZURE_USERNAME', setup, make, meant)
}

function fromWorkloadIdentity(setup: Setup): TokenSource {
  const read = (name: string) => setup.environment.variable(name) ?? ''
  const [tenantId, clientId] = [read('AZURE_TENANT_ID'), read('AZURE_CLIENT_ID')]
  const tokenFilePath = read('AZURE_FEDERATED_TOKEN_FILE')
  const who = `workload identity ${printableId(clientId)} of tenant ${printableId(tenantId)}`
  if (tenantId === '' || clientId === '' || tokenFilePath === '') return nothing(who)
  const options = { ...setup.options, tenantId, clientId, tokenFilePath }
  const before = () => checkTokenFile(tokenFilePath, setup.environment)
  return source(who, setup, () => new WorkloadIdentityCredential(options), { tenant: tenantId, isMeant: true, before })
}

function fromManagedIdentity(setup: Setup): TokenSource {
  const clientId = setup.environment.variable('AZURE_CLIENT_ID') ?? ''
  const who = clientId === '' ? 'the managed identity of this machine' : `managed identity ${printableId(clientId)}`
  // the probe keeps machines without one from waiting; the library has the option, its types do not
  const probe = { sendProbeRequest: !setup.isOnly }
  const options = { ...setup.options, ...probe, ...(clientId === '' ? {} : { clientId }) }
  const isMeant = setup.isOnly || (setup.environment.variable('IDENTITY_ENDPOINT') ?? '') !== ''
  return source(who, setup, () => new ManagedIdentityCredential(options), { isMeant })
}

interface Meant {
  readonly tenant?: string
  readonly isMeant?: boolean
  /** Looked at before the library is asked. @throws CallFailure */
  readonly before?: () => Promise<void>
}

function nothing(who: string): TokenSource {
  return { who, isMeant: false, token: async () => undefined }
}

function source(
  who: string,
  { record, isOnly, options }: Setup,
  credential: () => TokenCredential,
  { tenant, isMeant = isOnly, before }: Meant = {},
): TokenSource {
  let made: TokenCredential | undefined
  return {
    who,
    isMeant,
    async token({ scope, tenant: wanted }: Challenge): Promise<SourcedToken | undefined> {
      checkTenant(who, tenant, wanted, options.additionallyAllowedTenants)
      await before?.()
      record.status = undefined
      record.failure = undefined
      try {
        made ??= credential()
        const token = await made.getToken(scope, { tenantId: wanted })
        return token === null ? undefined : { token: token.token, until: token.expiresOnTimestamp }
      } catch (error) {
        const isUnavailable = error instanceof Error && error.name === 'CredentialUnavailableError'
        // the library says so too when a login was refused
        if (isUnavailable && !isMeant && record.status === undefined) return undefined
        throw failureOf(record, who, tenant !== undefined)
      }
    },
  }
}

/** The library reads PEM only, and says of anything else that a login had failed. */
async function checkPem(path: string, { readFile }: ServiceEnvironment): Promise<void> {
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes === undefined) {
    throw new CallFailure('the file that AZURE_CLIENT_CERTIFICATE_PATH names is not there, or cannot be read', {
      hint: 'check its path, and who may read it',
    })
  }
  const pem = Buffer.from(bytes)
  if (pem.includes('-----BEGIN ')) {
    if (pem.includes('-----BEGIN CERTIFICATE-----') && pem.includes('PRIVATE KEY-----')) return
    throw new CallFailure(
      'the file that AZURE_CLIENT_CERTIFICATE_PATH names lacks the certificate, or its private key',
      {
        hint: 'put both in it, one after the other',
      },
    )
  }
  throw new CallFailure('the file that AZURE_CLIENT_CERTIFICATE_PATH names is no PEM; PKCS #12 (.pfx) cannot be used', {
    hint: 'convert it: openssl pkcs12 -in FILE.pfx -out FILE.pem -nodes',
  })
}

/** Of a file that is not there the library says that a login had failed. */
async function checkTokenFile(path: string, { readFile }: ServiceEnvironment): Promise<void> {
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes !== undefined && bytes.length > 0) return
  throw new CallFailure('the file that AZURE_FEDERATED_TOKEN_FILE names is not there, is empty, or cannot be read', {
    hint: 'check its path, who may read it, and whether workload identity is set up for this pod or job',
  })
}

/** The library would say no as well, but as if there were no credentials. */
function checkTenant(who: string, own: string | undefined, wanted: string, others: readonly string[]): void {
  const isOther = own !== undefined && own.toLowerCase() !== wanted && /^[0-9a-f-]{36}$/i.test(own)
  if (!isOther || others.includes('*') || others.some((one) => one.toLowerCase() === wanted)) return
  throw new CallFailure(`the vault belongs to tenant ${wanted}, the credentials do not: ${who}`, {
    hint: `use credentials of that tenant, or name it in AZURE_ADDITIONALLY_ALLOWED_TENANTS=${wanted}`,
  })
}

/**
 * What the library throws quotes requests and replies: of it only a status or a code is shown.
 *
 * @param isSetUp - whether all that is needed stands in variables, and no login of a program is used
 */
function failureOf({ host, status, failure }: RequestRecord, who: string, isSetUp: boolean): CallFailure {
  if (failure !== undefined) return new CallFailure(`${host} gave no token for ${who}: ${failure.reason}`, failure)
  const hint = 'the login may have ended, or the secret be wrong or too old: run "az login", or make a new secret'
  if (status === undefined && isSetUp) {
    return new CallFailure(`nobody could be asked for a token for ${who}: what it is made of cannot be used`, {
      hint: 'check the variables that begin with AZURE_, and what is in the files that they name',
    })
  }
  if (status === undefined || status < 400) return new CallFailure(`no token was given for ${who}`, { hint })
  const isTransient = status >= 500 || status === 429
  return new CallFailure(`${host} gave no token for ${who} (status ${status})`, { hint, isTransient })
}

/** Ids are no secrets, but somebody may have put one in their place. */
function printableId(text: string): string {
  return /^[0-9a-f-]{36}$/i.test(text) || text === 'adfs' ? text : '(no id)'
}
