import {
  DecryptCommand,
  type DecryptCommandInput,
  EncryptCommand,
  type EncryptCommandInput,
  GetPublicKeyCommand,
  KMSClient,
  ReEncryptCommand,
  type ReEncryptCommandInput,
} from '@aws-sdk/client-kms'
import { defaultProvider } from '@aws-sdk/credential-provider-node'
import type { KeyError } from '../../errors.ts'
import type { CallPolicy } from '../services/call-policy.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import { serviceUrl } from './admission.ts'
import type { KeyArn } from './arn.ts'
import { configuredEndpoint, environmentCredentials, shown, sourceName } from './credentials.ts'
import { type AwsFailure, credentialsFailure, failureOf, type Permission, roleFailure, type Step } from './failure.ts'
import { namedProfile, readProfile } from './profiles.ts'
import { RequestHandler } from './request-handler.ts'
import { type AssumedRole, assumeRoleBody, readAssumedRole } from './sts.ts'

/** As whom a key is called. */
export interface Caller {
  /** Empty: whatever the environment says. */
  readonly profile: string
  /** ARN of a role to take on first; empty: none. */
  readonly role: string
}

/** It says nothing: what the SDK has to say is for developers, and would stand among the output of the command. */
const QUIET = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore }
function ignore(): void {
  // on purpose
}

/** AWS takes dates that are five minutes off. */
const CLOCK_TOLERANCE_MS = 4 * 60_000

/**
 * One region of KMS as seen by one caller. It sends once: retries and deadlines are those of whoever calls it.
 *
 * @throws every method: errors of the SDK, which can carry the whole reply; see `failureOf`
 */
export class KmsClient {
  private ownIdentity: string | undefined
  private hasRole = false
  private clockOffsetMs = 0
  private pending: Step = 'call'
  private readonly environment: ServiceEnvironment
  private readonly handler: RequestHandler
  private readonly key: KeyArn
  private readonly role: string
  private readonly base: KMSClient
  private readonly sdk: KMSClient

  constructor(environment: ServiceEnvironment, policy: CallPolicy, key: KeyArn, { profile, role }: Caller) {
    this.environment = environment
    this.handler = new RequestHandler(environment, policy, profile)
    this.key = key
    this.role = role
    this.base = this.connect(this.ownCredentials(profile), profile)
    this.sdk = role === '' ? this.base : this.connect(() => this.assume(), profile)
  }

  /** Whose credentials were used last; undefined when it did not come so far. */
  get identity(): string | undefined {
    return this.hasRole ? `the role ${this.role}, taken on with ${this.ownIdentity}` : this.ownIdentity
  }

  /**
   * The time was up: what was it that did not come?
   *
   * @param permission - of the call
   */
  lateFailure(error: unknown, permission: Permission): AwsFailure | KeyError {
    if (this.pending === 'role') return roleFailure(error)
    return this.pending === 'call' ? failureOf(error, permission) : this.credentialsFailure(error)
  }

  async encrypt(input: EncryptCommandInput, abortSignal: AbortSignal) {
    return await this.sdk.send(new EncryptCommand(input), { abortSignal })
  }

  async decrypt(input: DecryptCommandInput, abortSignal: AbortSignal) {
    return await this.sdk.send(new DecryptCommand(input), { abortSignal })
  }

  async reEncrypt(input: ReEncryptCommandInput, abortSignal: AbortSignal) {
    return await this.sdk.send(new ReEncryptCommand(input), { abortSignal })
  }

  async publicKey(KeyId: string, abortSignal: AbortSignal) {
    return await this.sdk.send(new GetPublicKeyCommand({ KeyId }), { abortSignal })
  }

  destroy(): void {
    this.sdk.destroy()
    this.base.destroy()
  }

  private connect(credentials: () => Promise<Credentials>, profile: string): KMSClient {
    const endpoint = configuredEndpoint(this.environment, 'kms')
    return new KMSClient({
      region: this.key.region,
      credentials,
      maxAttempts: 1,
      requestHandler: this.handler,
      logger: QUIET,
      ...(profile === '' ? {} : { profile }),
      ...(endpoint === undefined ? {} : { endpoint }),
    })
  }

  /** The chain of the SDK: profiles, SSO, processes, web identity, container, instance. In the order of sops. */
  private ownCredentials(profile: string): () => Promise<Credentials> {
    const given = environmentCredentials(this.environment)
    if (profile === '' && given !== undefined) {
      this.ownIdentity = 'the credentials of AWS_ACCESS_KEY_ID'
      return async () => given
    }
    const hasWebIdentity = profile === '' && (this.environment.variable('AWS_WEB_IDENTITY_TOKEN_FILE') ?? '') !== ''
    const sdkOptions = { region: this.key.region, requestHandler: this.handler, logger: QUIET, maxAttempts: 1 }
    const chain = defaultProvider({
      clientConfig: sdkOptions,
      parentClientConfig: sdkOptions,
      logger: QUIET,
      ...(profile === '' ? {} : { profile }),
      // sops takes a web identity of the environment before any profile; without files there is none
      ...(hasWebIdentity ? { filepath: '', configFilepath: '' } : {}),
    })
    const named = hasWebIdentity ? undefined : namedProfile(this.environment, profile)
    if (named !== undefined) this.ownIdentity = `the AWS profile ${shown(named)}`
    return async () => {
      if (named !== undefined) await readProfile(this.environment, named)
      else this.ownIdentity ??= await meantSource(this.environment)
      const found = await this.during('credentials', chain).catch((error: unknown) => {
        throw this.credentialsFailure(error)
      })
      const marks = '$source' in found && typeof found.$source === 'object' ? found.$source : undefined
      this.ownIdentity = sourceName(marks ?? {}, profile === '' ? undefined : profile, this.environment)
      return found
    }
  }

  /** Take on a role, as sops does. The SDK keeps what comes of it until it expires. */
  private async assume(): Promise<AssumedRole> {
    const { clock } = this.environment
    const url = serviceUrl('sts', this.key, this.environment)
    const signer = await this.base.config.signer()
    const signed = await signer.sign(stsRequest(url, assumeRoleBody(this.role, this.environment.hostName())), {
      signingService: 'sts',
      signingRegion: this.key.region,
      signingDate: new Date(clock.now() + this.clockOffsetMs),
    })
    const { response } = await this.during('role', () => this.handler.handle(signed)).catch((error: unknown) => {
      throw roleFailure(error)
    })
    const assumed = readAssumedRole(response, () => this.correctClock(response.headers))
    this.hasRole = true
    return assumed
  }

  private async during<T>(step: Step, act: () => Promise<T>): Promise<T> {
    this.pending = step
    try {
      return await act()
    } finally {
      this.pending = 'call'
    }
  }

  private credentialsFailure(error: unknown): AwsFailure | KeyError {
    const isOfToken = (this.environment.variable('AWS_WEB_IDENTITY_TOKEN_FILE') ?? '') !== ''
    return credentialsFailure(error, isOfToken ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole')
  }

  /** As the SDK does for KMS itself. @returns whether the clock of the server differs enough to matter */
  private correctClock({ date }: Readonly<Record<string, string>>): boolean {
    const offset = Date.parse(date ?? '') - this.environment.clock.now()
    if (Number.isNaN(offset) || Math.abs(offset - this.clockOffsetMs) < CLOCK_TOLERANCE_MS) return false
    this.clockOffsetMs = offset
    return true
  }
}

/** Whose credentials are meant, for when nothing comes of it; undefined when nobody said. */
async function meantSource(environment: ServiceEnvironment): Promise<string | undefined> {
  const has = (name: string) => (environment.variable(name) ?? '') !== ''
  if (has('AWS_WEB_IDENTITY_TOKEN_FILE')) return sourceName({ WEB_ID: '' }, undefined, environment)
  const inContainer = has('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') || has('AWS_CONTAINER_CREDENTIALS_FULL_URI')
  // a default profile comes before the container, and may be what failed
  if (!inContainer || Object.keys(await readProfile(environment, 'default')).length > 0) return undefined
  return sourceName({ HTTP: '' }, undefined, environment)
}

interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

function stsRequest({ protocol, hostname, port, pathname, host }: URL, body: string) {
  return {
    method: 'POST',
    protocol,
    hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    path: pathname,
    query: {},
    headers: { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body,
  }
}
