/** What went wrong, for a person. */
export interface AwsReason {
  readonly reason: string
  readonly hint: string
  /** Whether another attempt may do better. */
  readonly isTransient?: boolean
  /** Whether it is the permission of the call that is missing. */
  readonly isDenial?: boolean
  /** Whether the key is of another kind: asymmetric, or for signatures. */
  readonly isWrongUsage?: boolean
  /** Whether a wrong clock would look like this. */
  readonly isAboutTime?: boolean
}

const DENIED: AwsReason = {
  reason: 'access is denied',
  hint: 'allow it in the IAM policy of this identity, and in the policy of the key when that belongs to another account',
  isDenial: true,
}
const NOT_FOUND: AwsReason = {
  reason: 'there is no such key',
  hint: 'check account, region and id; a deleted key is gone for good',
}
const THROTTLED: AwsReason = {
  reason: 'too many calls: it asks to be left alone for a while',
  hint: 'try again later, or ask AWS for a higher quota of KMS requests',
  isTransient: true,
}
const BROKEN: AwsReason = {
  reason: 'it has a problem of its own',
  hint: 'try again later; see health.aws.amazon.com',
  isTransient: true,
}
const EXPIRED: AwsReason = {
  reason: 'the credentials have expired',
  hint: 'log in again, for example with "aws sso login", or get new credentials',
  isAboutTime: true,
}
const UNKNOWN_CREDENTIALS: AwsReason = {
  reason: 'AWS does not know these credentials',
  hint: 'check which credentials are used: "aws sts get-caller-identity"',
}
const BAD_SIGNATURE: AwsReason = {
  reason: 'the secret half of the credentials is wrong, or the clock of this machine',
  hint: 'check AWS_SECRET_ACCESS_KEY or the profile, and the time',
  isAboutTime: true,
}
const NO_CREDENTIALS: AwsReason = {
  reason: 'no credentials for AWS were found, or they cannot be used',
  hint: 'set AWS_PROFILE or AWS_ACCESS_KEY_ID, or log in, for example with "aws sso login"; what is wrong with a profile is told by "aws sts get-caller-identity"',
}
const BAD_REQUEST: AwsReason = {
  reason: 'it does not accept the request',
  hint: 'check the ARN, the encryption context and the ciphertext in the file',
}

/** By the codes that AWS documents for KMS, STS and logins. Others are never shown: a reply could put anything there. */
export const REASONS: ReadonlyMap<string, AwsReason> = new Map([
  ['AccessDeniedException', DENIED],
  ['AccessDenied', DENIED],
  ['NotFoundException', NOT_FOUND],
  [
    'DisabledException',
    { reason: 'the key is disabled', hint: 'let its owner enable it: "aws kms enable-key", or use another key' },
  ],
  [
    'KMSInvalidStateException',
    {
      reason: 'the key is in a state in which it cannot be used, such as pending deletion',
      hint: '"aws kms describe-key" shows the state; "aws kms cancel-key-deletion" saves a key that is to be deleted',
    },
  ],
  [
    'InvalidCiphertextException',
    {
      reason: 'the ciphertext does not belong to this key and encryption context, or is damaged',
      hint: 'restore the entry, its context included, from git',
    },
  ],
  ['IncorrectKeyException', { reason: 'the ciphertext was made with another key', hint: 'restore the entry from git' }],
  [
    'InvalidKeyUsageException',
    {
      reason: 'the key is not for encryption this way',
      hint: 'as a master key of files use a symmetric key for encryption; an RSA key can wrap the identity of a recipient',
      isWrongUsage: true,
    },
  ],
  ['KeyUnavailableException', { ...BROKEN, reason: 'the key is not available at the moment' }],
  ['DependencyTimeoutException', BROKEN],
  ['KMSInternalException', BROKEN],
  ['InternalFailure', BROKEN],
  ['InternalError', BROKEN],
  ['InternalServerException', BROKEN],
  ['ServiceUnavailable', BROKEN],
  ['ServiceUnavailableException', BROKEN],
  ['IDPCommunicationError', BROKEN],
  ['ThrottlingException', THROTTLED],
  ['Throttling', THROTTLED],
  ['ThrottledException', THROTTLED],
  ['RequestThrottled', THROTTLED],
  ['RequestThrottledException', THROTTLED],
  ['RequestLimitExceeded', THROTTLED],
  ['LimitExceededException', THROTTLED],
  ['TooManyRequestsException', THROTTLED],
  ['SlowDown', THROTTLED],
  ['ExpiredTokenException', EXPIRED],
  ['ExpiredToken', EXPIRED],
  ['RequestExpired', EXPIRED],
  ['UnrecognizedClientException', UNKNOWN_CREDENTIALS],
  ['InvalidClientTokenId', UNKNOWN_CREDENTIALS],
  ['InvalidAccessKeyId', UNKNOWN_CREDENTIALS],
  ['UnauthorizedException', { ...EXPIRED, isAboutTime: false }],
  ['InvalidIdentityToken', { ...UNKNOWN_CREDENTIALS, reason: 'AWS does not accept the web identity' }],
  ['InvalidSignatureException', BAD_SIGNATURE],
  ['SignatureDoesNotMatch', BAD_SIGNATURE],
  ['RequestTimeTooSkewed', BAD_SIGNATURE],
  ['AuthFailure', UNKNOWN_CREDENTIALS],
  ['MissingAuthenticationToken', NO_CREDENTIALS],
  ['MissingAuthenticationTokenException', NO_CREDENTIALS],
  ['IncompleteSignature', NO_CREDENTIALS],
  ['CredentialsProviderError', NO_CREDENTIALS],
  [
    'ProfileMissing',
    {
      reason: 'there is no such profile',
      hint: 'add it to ~/.aws/config, or correct what names it: aws_profile of the key, else AWS_PROFILE',
    },
  ],
  ['TokenProviderError', { ...EXPIRED, reason: 'the login has expired, or there is none', isAboutTime: false }],
  ['ValidationException', BAD_REQUEST],
  ['ValidationError', BAD_REQUEST],
  ['InvalidArnException', BAD_REQUEST],
  [
    'RegionDisabledException',
    { reason: 'the account has not enabled this region', hint: 'enable it, or use another key' },
  ],
  [
    'CertificatesError',
    {
      reason: 'the file of certificates that AWS_CA_BUNDLE, or ca_bundle of the profile, names cannot be read',
      hint: 'correct AWS_CA_BUNDLE or ca_bundle, or take it away',
    },
  ],
])

/** Files that the SDK reads on the way to credentials. */
export const UNREADABLE_FILE: AwsReason = {
  reason: 'a file that the credentials come from is not there, or cannot be read',
  hint: 'check AWS_WEB_IDENTITY_TOKEN_FILE and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, and who may read them',
}

export const UNKNOWN_REASON: AwsReason = {
  reason: 'the SDK of AWS failed',
  hint: 'check the profile, the login and the variables that begin with AWS_; "aws sts get-caller-identity" says more',
}

const CHECK_ADDRESS = 'check that AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL and the proxy lead to AWS'

/** Of a reply that names no error, or none that is known. */
export function replyReason(status: number): AwsReason {
  if (status === 429) return THROTTLED
  if (status >= 500) return { ...BROKEN, reason: `it answered with status ${status}` }
  if (status < 300) return { reason: 'its reply cannot be read', hint: CHECK_ADDRESS }
  if (status >= 400) return { reason: `it refused with status ${status}`, hint: CHECK_ADDRESS }
  return { reason: `it answered with a redirect (status ${status}), which is not followed`, hint: CHECK_ADDRESS }
}
