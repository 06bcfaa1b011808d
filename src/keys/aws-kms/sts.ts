import { AwsFailure } from './failure.ts'
import { REASONS, replyReason } from './reasons.ts'

/** AWS takes no longer name of a session. */
const LONGEST_SESSION_NAME = 64
const VERSION = '2011-06-15'

export interface AssumedRole {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

/**
 * The name under which a role is taken on, as in sops: it shows in the audit log.
 *
 * @see sops `stsSessionName` in `kms/keysource.go`
 */
export function sessionName(hostName: string): string {
  // `@-_` is a range there, and so it is here: a dash is left out
  return `sops@${hostName.replaceAll(/[^a-zA-Z0-9=,.@-_]+/g, '')}`.slice(0, LONGEST_SESSION_NAME)
}

export function assumeRoleBody(role: string, hostName: string): string {
  return new URLSearchParams({
    Action: 'AssumeRole',
    Version: VERSION,
    RoleArn: role,
    RoleSessionName: sessionName(hostName),
  }).toString()
}

/**
 * @param correctClock - called when the clock may be what is wrong; whether it was
 * @throws {@link AwsFailure} for anything but temporary credentials
 */
export function readAssumedRole(
  { statusCode, body }: { readonly statusCode: number; readonly body: Uint8Array },
  correctClock: () => boolean,
): AssumedRole {
  const text = Buffer.from(body).toString()
  if (statusCode !== 200) {
    const reason = REASONS.get(element(text, 'Code')) ?? replyReason(statusCode)
    throw new AwsFailure('sts:AssumeRole', reason, reason.isAboutTime === true && correctClock(), 'role')
  }
  const role = {
    accessKeyId: element(text, 'AccessKeyId'),
    secretAccessKey: element(text, 'SecretAccessKey'),
    sessionToken: element(text, 'SessionToken'),
    expiration: new Date(element(text, 'Expiration')),
  }
  const isWhole = role.accessKeyId !== '' && role.secretAccessKey !== '' && role.sessionToken !== ''
  if (isWhole && !Number.isNaN(role.expiration.getTime())) return role
  throw new AwsFailure('sts:AssumeRole', replyReason(statusCode), false, 'role')
}

/** The text of the only element with this name; none of those that are asked for here holds anything to unescape. */
function element(text: string, name: string): string {
  const found = text.split(`<${name}>`)
  const end = found[1]?.indexOf(`</${name}>`) ?? -1
  return found.length === 2 && end > 0 ? (found[1]?.slice(0, end).trim() ?? '') : ''
}
