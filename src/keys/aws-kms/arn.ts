import { KeyError } from '../../errors.ts'

/** Where the clouds of AWS are: what its public endpoints end in, and what its regions look like. */
const PARTITIONS: ReadonlyMap<string, { readonly suffixes: readonly string[]; readonly region: RegExp }> = new Map([
  [
    'aws',
    { suffixes: ['amazonaws.com', 'api.aws'], region: /^(?!cn-|us-gov-|us-iso|eu-iso|eusc-)[a-z]{2}-[a-z]+-\d{1,2}$/ },
  ],
  ['aws-cn', { suffixes: ['amazonaws.com.cn', 'api.amazonwebservices.com.cn'], region: /^cn-[a-z]+-\d{1,2}$/ }],
  ['aws-us-gov', { suffixes: ['amazonaws.com', 'api.aws'], region: /^us-gov-[a-z]+-\d{1,2}$/ }],
  ['aws-iso', { suffixes: ['c2s.ic.gov', 'api.aws.ic.gov'], region: /^us-iso-[a-z]+-\d{1,2}$/ }],
  ['aws-iso-b', { suffixes: ['sc2s.sgov.gov', 'api.aws.scloud'], region: /^us-isob-[a-z]+-\d{1,2}$/ }],
  ['aws-iso-e', { suffixes: ['cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'], region: /^eu-isoe-[a-z]+-\d{1,2}$/ }],
  ['aws-iso-f', { suffixes: ['csp.hci.ic.gov', 'api.aws.hci.ic.gov'], region: /^us-isof-[a-z]+-\d{1,2}$/ }],
  ['aws-eusc', { suffixes: ['amazonaws.eu', 'api.amazonwebservices.eu'], region: /^eusc-[a-z]+-[a-z]+-\d{1,2}$/ }],
])

const SERVICE_LABELS = /^(?:kms|kms-fips|sts|sts-fips|portal\.sso|oidc|signin)$/
/** Of `aws login`; the first label is a region. */
const SIGN_IN_HOST = /^([a-z0-9-]+)\.(?:signin\.aws\.amazon\.com|oauth\.signin\.aws)$/
const KEY_ARN = /^arn:([a-z-]{3,20}):kms:([a-z0-9-]{5,30}):(\d{12}):(key|alias)\/([A-Za-z0-9_/-]{1,256})$/
const ROLE_ARN = /^arn:([a-z-]{3,20}):iam::(\d{12}):role\/([\w+=,.@/-]{1,576})$/

/** What a key ARN says, checked so far that a host name can be made of its region. */
export interface KeyArn {
  readonly text: string
  readonly partition: string
  readonly region: string
  readonly account: string
  readonly kind: 'key' | 'alias'
  readonly id: string
}

/** @returns undefined when it is not the ARN of a KMS key or alias in a region of AWS */
export function parseKeyArn(text: string): KeyArn | undefined {
  const [, partition = '', region = '', account = '', kind, id = ''] = KEY_ARN.exec(text) ?? []
  if (kind === undefined || PARTITIONS.get(partition)?.region.test(region) !== true) return undefined
  return { text, partition, region, account, kind: kind === 'alias' ? 'alias' : 'key', id }
}

/** @returns the account of a role; undefined when it is not the ARN of one */
export function accountOfRole(text: string): string | undefined {
  const [, partition = '', account] = ROLE_ARN.exec(text) ?? []
  return PARTITIONS.get(partition) === undefined ? undefined : account
}

/** @throws {@link KeyError} `ERR_RECIPIENT` */
export function requireKeyArn(text: string): KeyArn {
  const arn = parseKeyArn(text)
  if (arn !== undefined) return arn
  throw new KeyError('ERR_RECIPIENT', 'it is not the ARN of an AWS KMS key', {
    hint: 'the form is arn:aws:kms:REGION:ACCOUNT:key/ID or …:alias/NAME, with a region that AWS has',
  })
}

/**
 * Whether the key that a reply names is the one that was asked for: the same, or, of a multi-region key, a replica. What an
 * alias stands for is only known to be a key of its account and region.
 */
export function isKeyOfReply(asked: KeyArn, replied: unknown): boolean {
  const answer = typeof replied === 'string' ? parseKeyArn(replied) : undefined
  if (answer === undefined || answer.kind !== 'key') return false
  if (answer.partition !== asked.partition || answer.account !== asked.account) return false
  if (asked.kind === 'alias') return answer.region === asked.region
  return answer.id === asked.id && (answer.region === asked.region || asked.id.startsWith('mrk-'))
}

/** The public address of a service in the region of a key. */
export function publicEndpoint(service: 'kms' | 'sts', { partition, region }: KeyArn): URL {
  return new URL(`https://${service}.${region}.${PARTITIONS.get(partition)?.suffixes[0] ?? ''}/`)
}

/** Whether it is an address of AWS's own for keys, roles or logins: with or without FIPS, IPv6, or the old global one. */
export function isPublicEndpoint({ protocol, hostname, port }: URL): boolean {
  if (protocol !== 'https:' || port !== '') return false
  if (hostname === 'sts.amazonaws.com') return true
  const [, signInRegion] = SIGN_IN_HOST.exec(hostname) ?? []
  if (signInRegion !== undefined) return isRegion(signInRegion)
  return [...PARTITIONS.values()].some(({ suffixes, region }) =>
    suffixes.some((suffix) => {
      if (!hostname.endsWith(`.${suffix}`)) return false
      const labels = hostname.slice(0, -suffix.length - 1)
      const dot = labels.lastIndexOf('.')
      return SERVICE_LABELS.test(labels.slice(0, dot)) && region.test(labels.slice(dot + 1))
    }),
  )
}

function isRegion(text: string): boolean {
  return [...PARTITIONS.values()].some(({ region }) => region.test(text))
}
