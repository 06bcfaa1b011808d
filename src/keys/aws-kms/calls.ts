import { KeyError } from '../../errors.ts'
import type { CallPolicy } from '../services/call-policy.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import { withRetries } from '../services/retry.ts'
import { type ServiceAct, serviceError } from '../services/service-error.ts'
import { untilAborted } from '../services/until-aborted.ts'
import type { AdmittedKey } from './admission.ts'
import type { KmsClient } from './client.ts'
import { AwsFailure, failureOf, type Permission } from './failure.ts'
import { refusePipes } from './profiles.ts'
import { ReplyCheck } from './replies.ts'

export interface KmsCall {
  readonly verb: ServiceAct['verb']
  readonly permission: Permission
  /** Aborts at the deadline. */
  readonly signal: AbortSignal
}

/** The key is of a kind that this call is not for. */
export class KeyUsageError extends KeyError {}

/** Calls of KMS: one client for each region and caller, retries until the deadline, errors that say what to do. */
export class KmsCalls {
  private readonly environment: ServiceEnvironment
  private readonly policy: CallPolicy
  private readonly clients = new Map<string, Promise<KmsClient>>()

  constructor(environment: ServiceEnvironment, policy: CallPolicy) {
    this.environment = environment
    this.policy = policy
  }

  /** @throws {@link KeyError} `ERR_KEY_SERVICE`, `ERR_NOT_ALLOWED`; {@link KeyUsageError} `ERR_RECIPIENT` */
  async send<T>(
    key: AdmittedKey,
    { verb, permission, signal }: KmsCall,
    send: (kms: KmsClient, signal: AbortSignal) => Promise<T>,
  ): Promise<{ readonly reply: T; readonly check: ReplyCheck }> {
    refusePipes(this.environment)
    const kms = await this.client(key)
    const attempt = async (limit: AbortSignal) => {
      try {
        return await untilAborted(send(kms, limit), limit)
      } catch (error) {
        throw limit.aborted ? kms.lateFailure(error, permission) : failureOf(error, permission)
      }
    }
    try {
      const { clock, random } = this.environment
      const reply = await withRetries(attempt, { signal, clock, random, isTransient: transience() })
      return { reply, check: new ReplyCheck(key.arn, verb, kms.identity) }
    } catch (error) {
      throw described(error, key, verb, kms.identity)
    }
  }

  dispose(): void {
    for (const client of this.clients.values()) {
      client.then(
        (made) => made.destroy(),
        () => undefined, // whoever asked for it was told
      )
    }
    this.clients.clear()
  }

  /** Loaded only now: the SDK is larger than all the rest, and sealing to a public key needs none of it. */
  private client({ arn, profile, role }: AdmittedKey): Promise<KmsClient> {
    const id = JSON.stringify([arn.partition, arn.region, profile, role])
    const known = this.clients.get(id)
    if (known !== undefined) return known
    const { environment, policy } = this
    const making = import('./client.ts').then(
      ({ KmsClient }) => new KmsClient(environment, policy, arn, { profile, role }),
    )
    this.clients.set(id, making)
    return making
  }
}

/** A clock that was corrected is worth one more attempt with each service, not two. */
function transience(): (error: unknown) => boolean {
  const corrected = new Set<string>()
  return (error) => {
    if (!(error instanceof AwsFailure)) return false
    if (error.reason.isTransient === true) return true
    if (!error.isClockCorrected || corrected.has(error.permission)) return false
    corrected.add(error.permission)
    return true
  }
}

const TRUST = 'allow it in the IAM policy of this identity, and name this identity in the trust policy of the role'

function described(
  error: unknown,
  { arn, role }: AdmittedKey,
  verb: ServiceAct['verb'],
  caller: string | undefined,
): KeyError {
  const failure = failureOf(error, 'kms:Decrypt')
  if (failure instanceof KeyError) return failure
  const { reason, permission, step } = failure
  if (reason.isWrongUsage === true) {
    return new KeyUsageError('ERR_RECIPIENT', `${arn.text} is not a symmetric key for encryption`, {
      hint: reason.hint,
    })
  }
  const ofRole = step === 'role'
  return serviceError(
    { service: ofRole ? 'AWS STS' : 'AWS KMS', verb, key: ofRole ? role : arn.text, region: arn.region, caller },
    {
      ...reason,
      permission: reason.isDenial === true ? permission : undefined,
      hint: reason.isDenial === true && step !== 'call' ? TRUST : reason.hint,
    },
  )
}
