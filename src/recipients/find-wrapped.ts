import { type BullaError, isBullaError } from '../errors.ts'
import type { WrappedIdentity, WrappedIdentityFinder } from '../keys/wrapped/wrapping.ts'
import type { FoundKey, RecipientBook } from './directory.ts'
import { earlierName } from './names.ts'

/** Finds the wrapped identities in the files of recipients. */
export function wrappedFinder(book: () => Promise<RecipientBook>): WrappedIdentityFinder {
  const identities = new WeakMap<FoundKey, WrappedIdentity>()
  return {
    async find(publicKey, file) {
      const found = await (await book()).byPublicKey(publicKey, file)
      if (found === undefined || found.key.wrappings.length === 0) return undefined
      const { recipient, key } = found
      const { name, path } = recipient
      const identity = identities.get(found) ?? { name, path, recipient: publicKey, wrappings: key.wrappings }
      identities.set(found, identity)
      return identity
    },

    async nameOf(publicKey, file) {
      const found = await (await book()).byPublicKey(publicKey, file)
      if (found === undefined) return undefined
      return found.isPrevious ? earlierName(found.recipient.name) : found.recipient.name
    },

    async problems(file) {
      try {
        return ((await (await book()).all(file))?.problems ?? []).map(problemText)
      } catch (error) {
        if (!isBullaError(error)) throw error
        return [problemText(error)]
      }
    },

    async forget() {
      ;(await book()).forget()
    },
  }
}

function problemText({ message, where }: BullaError): string {
  const [line = ''] = message.split('\n')
  return where?.file === undefined ? line : `${where.file}: ${line}`
}
