import { KeyError } from '../../errors.ts'
import { transportReason } from '../services/transport-reason.ts'
import { type AwsReason, REASONS, replyReason, UNKNOWN_REASON, UNREADABLE_FILE } from './reasons.ts'

/** What has to be allowed for a call, in the words of an IAM policy. */
export type Permission =
  | 'kms:Encrypt'
  | 'kms:Decrypt'
  | 'kms:ReEncryptFrom or kms:ReEncryptTo'
  | 'kms:GetPublicKey'
  | 'sts:AssumeRole'
  | 'sts:AssumeRoleWithWebIdentity'

/** On the way to a key: the call itself, the role that the key names, the credentials that come before both. */
export type Step = 'call' | 'role' | 'credentials'

/** Why a call came to nothing. Holds no byte of a request or a reply: only reasons of ours. */
export class AwsFailure extends Error {
  override readonly name = 'AwsFailure'
  readonly permission: Permission
  readonly reason: AwsReason
  /** The clock of this machine was wrong; the next request is dated by that of the server. */
  readonly isClockCorrected: boolean
  readonly step: Step

  constructor(permission: Permission, reason: AwsReason, isClockCorrected = false, step: Step = 'call') {
    super(reason.reason)
    this.permission = permission
    this.reason = reason
    this.isClockCorrected = isClockCorrected
    this.step = step
  }
}

/** The same on the way to credentials: it is not the key that was refused, or that did not answer. */
export function credentialsFailure(error: unknown, permission: Permission): AwsFailure | KeyError {
  const failure = failureOf(error, permission)
  if (failure instanceof KeyError || failure.step !== 'call') return failure
  const { reason, isClockCorrected } = failure
  const isOfCall = reason.isDenial === true || reason.isTransient !== undefined
  const told = isOfCall ? { ...reason, reason: `no credentials came: ${reason.reason}` } : reason
  return new AwsFailure(permission, told, isClockCorrected, 'credentials')
}

/** The same on the way to the role that a key names. */
export function roleFailure(error: unknown): AwsFailure | KeyError {
  const failure = failureOf(error, 'sts:AssumeRole')
  if (failure instanceof KeyError || failure.step !== 'call') return failure
  return new AwsFailure('sts:AssumeRole', failure.reason, failure.isClockCorrected, 'role')
}

/** Whatever the SDK or the network threw, as one of ours: an error of the SDK can carry the whole reply. */
export function failureOf(error: unknown, permission: Permission): AwsFailure | KeyError {
  if (error instanceof AwsFailure || error instanceof KeyError) return error
  if (!(error instanceof Error)) return new AwsFailure(permission, UNKNOWN_REASON)
  const metadata: object = '$metadata' in error && isObject(error.$metadata) ? error.$metadata : {}
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined
  const reason: AwsReason =
    REASONS.get(error.name) ??
    (isFileError(error) ? UNREADABLE_FILE : transportReason(error)) ??
    (typeof status === 'number' ? replyReason(status) : UNKNOWN_REASON)
  const isCorrected = 'clockSkewCorrected' in metadata && metadata.clockSkewCorrected === true
  return new AwsFailure(permission, reason, isCorrected && reason.isAboutTime === true)
}

function isFileError(error: Error): boolean {
  return ('syscall' in error && error.syscall === 'open') || ('code' in error && error.code === 'EISDIR')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
