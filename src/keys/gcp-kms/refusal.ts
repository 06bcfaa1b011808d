import { asObject, CallFailure, type JsonObject, type JsonReply, textOf } from '../services/rest.ts'
import type { GcpResource } from './resource.ts'

/** @see https://cloud.google.com/kms/docs/reference/permissions-and-roles */
const NEEDED = {
  ':encrypt': ['cloudkms.cryptoKeyVersions.useToEncrypt', 'roles/cloudkms.cryptoKeyEncrypter'],
  ':decrypt': ['cloudkms.cryptoKeyVersions.useToDecrypt', 'roles/cloudkms.cryptoKeyDecrypter'],
  ':asymmetricDecrypt': ['cloudkms.cryptoKeyVersions.useToDecrypt', 'roles/cloudkms.cryptoKeyDecrypter'],
  '/publicKey': ['cloudkms.cryptoKeyVersions.viewPublicKey', 'roles/cloudkms.publicKeyViewer'],
} as const

/** Of `CryptoKeyVersion`: the service names one of them when it does not let a version be used. */
const STATES =
  /\b(DISABLED|DESTROYED|DESTROY_SCHEDULED|PENDING_GENERATION|PENDING_IMPORT|IMPORT_FAILED|GENERATION_FAILED)\b/

/**
 * What a refusal means. Of the reply only words are shown that are known here.
 *
 * @see https://cloud.google.com/apis/design/errors
 */
export function refusalOf(reply: JsonReply, verb: keyof typeof NEEDED, { project }: GcpResource): CallFailure {
  const error = asObject(reply.json['error'])
  const status = textOf(error, 'status')
  switch (reply.status) {
    case 401:
      return new CallFailure('it did not accept the credentials (status 401)', {
        hint: 'the token has ended or is not for Google Cloud: run "gcloud auth application-default login", or set a new one',
      })
    case 403:
      return denied(error, verb, project)
    case 404:
      return new CallFailure('it does not know the key or its location (status 404)', {
        hint: 'compare the resource id with "gcloud kms keys list"',
      })
    case 400:
      return status === 'FAILED_PRECONDITION' ? unusable(error) : invalid(verb)
    default:
      return new CallFailure(`it refused (status ${reply.status})`, {
        hint: 'check the resource id and the state of the key',
      })
  }
}

function denied(error: JsonObject | undefined, verb: keyof typeof NEEDED, project: string): CallFailure {
  const details = error?.['details']
  const reasons = Array.isArray(details) ? details.map((detail) => textOf(asObject(detail), 'reason')) : []
  if (reasons.includes('SERVICE_DISABLED')) {
    return new CallFailure(`the Cloud KMS API is not enabled in the project ${project} (status 403)`, {
      hint: `run "gcloud services enable cloudkms.googleapis.com --project ${project}"`,
    })
  }
  if (reasons.includes('ACCESS_TOKEN_SCOPE_INSUFFICIENT')) {
    return new CallFailure('this token is not for Cloud KMS (status 403)', {
      hint: 'use a token, or a machine, with the scope cloud-platform',
    })
  }
  const [permission, role] = NEEDED[verb]
  return new CallFailure('access is denied (status 403)', {
    permission,
    hint: `grant the role ${role} on the key, or use credentials that have it`,
  })
}

function unusable(error: JsonObject | undefined): CallFailure {
  const state = STATES.exec(textOf(error, 'message') ?? '')?.[1]
  const isBack = state === 'DISABLED' || state === 'DESTROY_SCHEDULED'
  return new CallFailure(
    `the key version cannot be used${state === undefined ? '' : `: it is ${state}`} (status 400)`,
    {
      hint: isBack
        ? 'somebody who administers the key can bring the version back: "gcloud kms keys versions enable" or "restore"'
        : 'see "gcloud kms keys versions list"; what only a destroyed version opens is lost, use another key of the file',
    },
  )
}

function invalid(verb: keyof typeof NEEDED): CallFailure {
  return verb === ':decrypt' || verb === ':asymmetricDecrypt'
    ? new CallFailure('it was wrapped by another key or for another reader, or changed since (status 400)', {
        hint: 'restore it from git, and check that the resource id beside it is right',
      })
    : new CallFailure('this key is not made for it (status 400)', {
        hint: 'the purpose of the key has to be encrypt_decrypt, or asymmetric_decrypt when a version is named',
      })
}
