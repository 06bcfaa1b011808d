import { WRAPPED_LENGTHS } from '../services/key-service.ts'
import { type ServiceAct, serviceError } from '../services/service-error.ts'
import { isKeyOfReply, type KeyArn } from './arn.ts'

type Verb = ServiceAct['verb']

/** A service could be somebody else's, or broken: what it replies has to be what was asked for. */
export class ReplyCheck {
  private readonly arn: KeyArn
  private readonly verb: Verb
  private readonly caller: string | undefined

  constructor(arn: KeyArn, verb: Verb, caller: string | undefined) {
    this.arn = arn
    this.verb = verb
    this.caller = caller
  }

  /** @throws KeyError `ERR_KEY_SERVICE` unless it is `arn` that answered, or a replica of it */
  key(replied: unknown, arn: KeyArn = this.arn): void {
    if (!isKeyOfReply(arn, replied)) throw this.bad('its reply is about another key')
  }

  /** @returns base64. @throws KeyError `ERR_KEY_SERVICE` */
  ciphertext(bytes: unknown): string {
    if (bytes instanceof Uint8Array && bytes.length > 0) return Buffer.from(bytes).toString('base64')
    throw this.bad('its reply holds no ciphertext')
  }

  /** @returns a copy. @throws KeyError `ERR_KEY_SERVICE` */
  plaintext(replied: unknown): Uint8Array {
    // the SDK does not look at types
    const bytes = replied instanceof Uint8Array ? replied : new Uint8Array()
    const copy = Uint8Array.from(bytes)
    // wiped: it lies in the reply
    bytes.fill(0)
    if (WRAPPED_LENGTHS.includes(copy.length)) return copy
    copy.fill(0)
    throw this.bad(`its reply holds ${copy.length} bytes, which is no data key`)
  }

  bad(reason: string) {
    const act = {
      service: 'AWS KMS',
      verb: this.verb,
      key: this.arn.text,
      region: this.arn.region,
      caller: this.caller,
    }
    return serviceError(act, {
      reason,
      hint: 'check that AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL and the proxy lead to AWS; do not use what it sealed',
    })
  }
}
