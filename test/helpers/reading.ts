import { decodeText } from '../../src/format/text.ts'
import type { Branch, List, Node, StoreName } from '../../src/format/tree.ts'
import { AgeProvider } from '../../src/keys/age/provider.ts'
import { Keyring } from '../../src/keys/keyring.ts'
import { openSealed } from '../../src/operations/open.ts'
import { fakeEnvironment } from './age.ts'
import { identityOf } from './people.ts'
import { random } from './random.ts'
import { storeOf } from './sealing.ts'
import { expectSameValues, valuesOf } from './trees.ts'

/** Unwraps at once what has been unwrapped before; everything else, damaged keys too, for real. */
class CachingProvider extends AgeProvider {
  private readonly known = new Map<string, Uint8Array>()

  constructor() {
    super(fakeEnvironment({ variables: { SOPS_AGE_KEY: identityOf('alice') } }), random)
  }

  override async unwrap(entry: Parameters<AgeProvider['unwrap']>[0]): Promise<Uint8Array | null> {
    const share = this.known.get(entry.enc) ?? (await super.unwrap(entry))
    if (share === null) return null
    // copies: who unwraps wipes
    this.known.set(entry.enc, Uint8Array.from(share))
    return Uint8Array.from(share)
  }
}

const keyring = new Keyring([new CachingProvider()], random)

/** A value as a reader gets it. */
interface Value {
  readonly path: string
  readonly type: string
  readonly text: string
  readonly sealed: boolean
}

export interface Reading {
  readonly values: readonly Value[]
  /** Texts of the comments that were sealed. */
  readonly comments: readonly string[]
}

/** Open a sealed file for alice, and see that the plain one can be written. @throws what opening throws */
export async function read(bytes: Uint8Array, storeName: StoreName): Promise<Reading> {
  const store = await storeOf(storeName)
  const file = await openSealed({ store, bytes }, { keyring })
  try {
    const { opened } = file.tree
    const values: Value[] = []
    const visit = (node: Node | Branch | List, path: string): void => {
      if (node.kind === 'scalar') {
        const found = opened.get(node)
        const { type, value, bytes: raw } = found?.kind === 'scalar' ? found : node
        const text = raw === undefined ? value : Buffer.from(raw).toString('latin1')
        // nulls and empty texts are no values: the format does not protect them
        if (text !== '' && found?.kind !== 'comment') values.push({ path, type, text, sealed: found !== undefined })
      } else if (node.kind !== 'null') {
        for (const item of node.items) {
          if (item.kind === 'entry') visit(item.value, `${path}/${item.key}`)
          else if (item.kind !== 'comment') visit(item, path)
        }
      }
    }
    for (const document of file.source.documents) visit(document, '')
    const comments = [...opened.values()].flatMap((leaf) => (leaf.kind === 'comment' ? [leaf.text] : []))
    if (storeName !== 'binary') {
      const written = store.parse(decodeText(file.bytes())).documents
      expectSameValues(valuesOf(written, storeName), valuesOf(file.documents(), storeName))
    }
    return { values, comments }
  } finally {
    file.dispose()
  }
}

/** What no change may alter: of sealed values everything; of clear ones the text, unless nothing vouches for them. */
export function protectedParts({ values }: Reading, macOnlyEncrypted: boolean): string[] {
  const sealed = values.flatMap(({ path, type, text, sealed }) => (sealed ? [`${path} ${type} ${text}`] : []))
  return macOnlyEncrypted ? sealed : [...sealed, ...values.map(({ text }) => text)]
}
