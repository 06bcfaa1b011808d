import { randomBytes } from 'node:crypto'
import { AwsError, type AwsKey, decryptWith, type EncryptionContext, encryptWith, keyIdOf, newKey } from './aws-keys.ts'
import { readSignature, type Signed } from './aws-signature.ts'
import { type Answer, LoopbackServer, type Received } from './loopback.ts'

/** One call as the server understood it. */
export interface KmsRecord {
  /** `Decrypt`, `AssumeRole`, … */
  readonly operation: string
  readonly accessKeyId: string
  readonly region: string
  readonly context: EncryptionContext | undefined
  /** Of AssumeRole. */
  readonly session?: string
}

type Input = Readonly<Record<string, unknown>>

const ACCOUNT = '123456789012'
const CLOCK_TOLERANCE_MS = 5 * 60_000
const ROLE_SECONDS = 3600
/** Who shows the token of a web identity has no key to sign with. */
const UNSIGNED: Signed = { accessKeyId: '', region: '', service: 'sts', at: 0, isBy: () => true }

/** AWS KMS and STS, of all regions, on loopback: after their public API reference, with signatures that are checked. */
export class AwsKmsServer {
  readonly http: LoopbackServer
  /** Every call that was understood, in order. */
  readonly calls: KmsRecord[] = []
  /** Operations that nobody may call: `Decrypt`, `AssumeRole`. */
  readonly denied = new Set<string>()
  /** Change a reply before it is sent. */
  tamper: ((operation: string, reply: Record<string, unknown>) => Record<string, unknown>) | undefined
  /** The clock of the server, against that of this machine. */
  clockOffsetMs = 0
  /** Before each answer. */
  latencyMs = 0
  private readonly secrets = new Map<string, string>()
  private readonly expired = new Set<string>()
  private readonly keys: AwsKey[] = []
  private readonly aliases = new Map<string, string>()

  private constructor(http: LoopbackServer) {
    this.http = http
  }

  static async start(): Promise<AwsKmsServer> {
    let server: AwsKmsServer | undefined
    const http = await LoopbackServer.start(async (request) => {
      if (server === undefined) throw new Error('the server is not ready')
      return await server.answer(request)
    })
    server = new AwsKmsServer(http)
    return server
  }

  async stop(): Promise<void> {
    await this.http.stop()
  }

  /** New credentials, as variables of the environment. */
  credentials({ expired = false } = {}): { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string } {
    const id = `AKIA${randomBytes(8).toString('hex').toUpperCase()}`
    const secret = randomBytes(20).toString('hex')
    this.secrets.set(id, secret)
    if (expired) this.expired.add(id)
    return { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret }
  }

  /** @returns its ARN */
  createKey(region: string, options: Parameters<typeof newKey>[2] = {}): string {
    const key = newKey(ACCOUNT, region, options)
    this.keys.push(key)
    return key.arn
  }

  /** From now on it stands for this key. @returns its ARN */
  pointAlias(name: string, arn: string): string {
    const { region } = this.find(arn)
    this.aliases.set(`${region} ${name}`, arn)
    return arn.replace(/key\/.*$/, name)
  }

  /** A copy of a multi-region key. @returns its ARN */
  replicate(arn: string, region: string): string {
    const key = newKey(ACCOUNT, region, {}, this.find(arn))
    this.keys.push(key)
    return key.arn
  }

  setState(arn: string, state: AwsKey['state']): void {
    this.find(arn).state = state
  }

  /** Number of calls of an operation so far. */
  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length
  }

  private async answer(request: Received): Promise<Answer> {
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs))
    const isSts = `${request.headers['content-type']}`.startsWith('application/x-www-form-urlencoded')
    const date = { date: new Date(this.now()).toUTCString() }
    try {
      const signed = isSts && isWebIdentity(request) ? UNSIGNED : this.authenticate(request, isSts)
      if (isSts)
        return { status: 200, headers: { ...date, 'content-type': 'text/xml' }, body: this.sts(request, signed) }
      const body = JSON.stringify(this.kms(request, signed))
      return { status: 200, headers: { ...date, 'content-type': 'application/x-amz-json-1.1' }, body }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return { status: error.status, headers: date, body: isSts ? xmlError(error.code) : jsonError(error.code) }
    }
  }

  private now(): number {
    return Date.now() + this.clockOffsetMs
  }

  private authenticate(request: Received, isSts: boolean): Signed {
    const signed = readSignature(request)
    if (signed === undefined) throw new AwsError('MissingAuthenticationTokenException')
    const secret = this.secrets.get(signed.accessKeyId)
    if (secret === undefined)
      throw new AwsError(isSts ? 'InvalidClientTokenId' : 'UnrecognizedClientException', isSts ? 403 : 400)
    const isGood = signed.isBy(secret) && Math.abs(signed.at - this.now()) < CLOCK_TOLERANCE_MS
    if (!isGood) throw new AwsError(isSts ? 'SignatureDoesNotMatch' : 'InvalidSignatureException', isSts ? 403 : 400)
    if (signed.service !== (isSts ? 'sts' : 'kms')) throw new AwsError('InvalidSignatureException')
    if (this.expired.has(signed.accessKeyId))
      throw new AwsError(isSts ? 'ExpiredToken' : 'ExpiredTokenException', isSts ? 403 : 400)
    return signed
  }

  private kms(request: Received, signed: Signed): Record<string, unknown> {
    const operation = `${request.headers['x-amz-target']}`.replace('TrentService.', '')
    const input: Input = JSON.parse(request.body.toString())
    this.note(operation, signed, contextOf(input['EncryptionContext']))
    const reply = this.perform(operation, input, signed.region)
    return this.tamper?.(operation, reply) ?? reply
  }

  private note(
    operation: string,
    { accessKeyId, region }: Signed,
    context: EncryptionContext | undefined,
    session?: string,
  ) {
    this.calls.push({ operation, accessKeyId, region, context, ...(session === undefined ? {} : { session }) })
    if (this.denied.has(operation))
      throw new AwsError(
        operation.startsWith('AssumeRole') ? 'AccessDenied' : 'AccessDeniedException',
        operation.startsWith('AssumeRole') ? 403 : 400,
      )
  }

  private perform(operation: string, input: Input, region: string): Record<string, unknown> {
    const find = (name: string) => this.find(text(input[name]), region)
    switch (operation) {
      case 'CreateKey': {
        const options = { spec: input['KeySpec'], usage: input['KeyUsage'], multiRegion: input['MultiRegion'] }
        return { KeyMetadata: metadataOf(this.find(this.createKey(region, options as Parameters<typeof newKey>[2]))) }
      }
      case 'CreateAlias':
        this.aliases.set(`${region} ${text(input['AliasName'])}`, find('TargetKeyId').arn)
        return {}
      case 'DisableKey':
        find('KeyId').state = 'Disabled'
        return {}
      case 'ScheduleKeyDeletion':
        find('KeyId').state = 'PendingDeletion'
        return { KeyId: find('KeyId').arn }
      case 'DescribeKey':
        return { KeyMetadata: metadataOf(find('KeyId')) }
      case 'GetPublicKey':
        return publicKeyOf(find('KeyId'))
      case 'Encrypt': {
        const [key, context] = [find('KeyId'), contextOf(input['EncryptionContext'])]
        const blob = encryptWith(
          key,
          bytes(input['Plaintext']),
          context ?? {},
          algorithmOf(input['EncryptionAlgorithm']),
        )
        return { KeyId: key.arn, CiphertextBlob: blob.toString('base64') }
      }
      case 'GenerateDataKey': {
        const [key, plaintext] = [find('KeyId'), randomBytes(32)]
        const blob = encryptWith(key, plaintext, contextOf(input['EncryptionContext']) ?? {})
        return { KeyId: key.arn, CiphertextBlob: blob.toString('base64'), Plaintext: plaintext.toString('base64') }
      }
      case 'Decrypt':
        return this.decrypt(input, region)
      case 'ReEncrypt':
        return this.reEncrypt(input, region)
      default:
        throw new AwsError('UnknownOperationException')
    }
  }

  private decrypt(input: Input, region: string): Record<string, unknown> {
    const { key, plaintext } = this.open(
      input,
      { blob: 'CiphertextBlob', key: 'KeyId', context: 'EncryptionContext' },
      region,
    )
    return { KeyId: key.arn, Plaintext: plaintext.toString('base64') }
  }

  private reEncrypt(input: Input, region: string): Record<string, unknown> {
    const names = { blob: 'CiphertextBlob', key: 'SourceKeyId', context: 'SourceEncryptionContext' }
    const { key: source, plaintext } = this.open(input, names, region)
    const key = this.find(text(input['DestinationKeyId']), region)
    const context = contextOf(input['DestinationEncryptionContext']) ?? {}
    return {
      SourceKeyId: source.arn,
      KeyId: key.arn,
      CiphertextBlob: encryptWith(key, plaintext, context).toString('base64'),
    }
  }

  private open(input: Input, names: { blob: string; key: string; context: string }, region: string) {
    const blob = bytes(input[names.blob])
    const algorithm = algorithmOf(input['EncryptionAlgorithm'])
    const isSymmetric = algorithm === undefined || algorithm === 'SYMMETRIC_DEFAULT'
    const named = input[names.key] === undefined ? undefined : this.find(text(input[names.key]), region)
    const key = named ?? this.keys.find((one) => one.id === keyIdOf(blob) && one.region === region)
    if (key === undefined) throw new AwsError('InvalidCiphertextException')
    if (key.spec === 'SYMMETRIC_DEFAULT' && isSymmetric && keyIdOf(blob) !== key.id)
      throw new AwsError('IncorrectKeyException')
    return { key, plaintext: decryptWith(key, blob, contextOf(input[names.context]) ?? {}, algorithm) }
  }

  private sts(request: Received, signed: Signed): string {
    const form = new URLSearchParams(request.body.toString())
    this.note(form.get('Action') ?? '', signed, undefined, form.get('RoleSessionName') ?? '')
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = this.credentials()
    const expiration = new Date(this.now() + ROLE_SECONDS * 1000).toISOString()
    const action = form.get('Action')
    return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><AssumedRoleUser>
<AssumedRoleId>ARO:x</AssumedRoleId><Arn>arn:aws:sts::${ACCOUNT}:assumed-role/x/${form.get('RoleSessionName')}</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>session</SessionToken>
<Expiration>${expiration}</Expiration></Credentials></${action}Result></${action}Response>`
  }

  /** @param region - of the call; a key of another one is not found */
  private find(name: string, region?: string): AwsKey {
    const [, nameRegion = region, resource = name] = /^arn:aws:kms:([^:]+):\d+:(.*)$/.exec(name) ?? []
    const target = resource.startsWith('alias/') ? this.aliases.get(`${nameRegion} ${resource}`) : name
    const id = target?.replace(/^.*key\//, '')
    const key = this.keys.find((one) => one.id === id && one.region === nameRegion)
    if (key === undefined || (region !== undefined && key.region !== region)) throw new AwsError('NotFoundException')
    return key
  }
}

function isWebIdentity({ body }: Received): boolean {
  return new URLSearchParams(body.toString()).get('Action') === 'AssumeRoleWithWebIdentity'
}

function metadataOf({ arn, id, spec, usage, state }: AwsKey) {
  return {
    Arn: arn,
    KeyId: id,
    AWSAccountId: ACCOUNT,
    KeySpec: spec,
    KeyUsage: usage,
    KeyState: state,
    Enabled: state === 'Enabled',
  }
}

function publicKeyOf({ arn, spec, usage, pair }: AwsKey): Record<string, unknown> {
  if (pair === undefined) throw new AwsError('UnsupportedOperationException')
  const der = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const algorithms = usage === 'SIGN_VERIFY' ? {} : { EncryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] }
  return { KeyId: arn, PublicKey: der, KeySpec: spec, KeyUsage: usage, ...algorithms }
}

function jsonError(code: string): string {
  return JSON.stringify({ __type: code, message: `C4N4RY-message of ${code}` })
}

function xmlError(code: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>C4N4RY-message</Message></Error></ErrorResponse>`
}

function contextOf(value: unknown): EncryptionContext | undefined {
  // the SDK sends strings only
  return typeof value === 'object' && value !== null ? (value as EncryptionContext) : undefined
}

function algorithmOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw new AwsError('ValidationException')
}

function bytes(value: unknown): Buffer {
  return Buffer.from(text(value), 'base64')
}
