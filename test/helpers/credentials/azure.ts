import type { Dice } from './draw.ts'

const MASK = 0xffffffffn
const rotate = (word: bigint, bits: bigint) => ((word << bits) | (word >> (32n - bits))) & MASK

/** Marvin32 of Microsoft, the way its description has it: slow and plain. */
function marvin(data: Uint8Array, seed: bigint): number {
  let [p0, p1] = [seed & MASK, seed >> 32n]
  const bytes = [...data, 0x80]
  while (bytes.length % 4 !== 0) bytes.push(0)
  bytes.push(0, 0, 0, 0)
  for (let at = 0; at < bytes.length; at += 4) {
    const word = [3, 2, 1, 0].reduce((sum, offset) => (sum << 8n) | BigInt(bytes[at + offset] ?? 0), 0n)
    p0 = (p0 + word) & MASK
    p1 ^= p0
    p0 = (rotate(p0, 20n) + p1) & MASK
    p1 = rotate(p1, 9n) ^ p0
    p0 = (rotate(p0, 27n) + p1) & MASK
    p1 = rotate(p1, 19n)
  }
  return Number(p0 ^ p1)
}

interface AzureForm {
  readonly bytes: number
  /** Where the signature stands. */
  readonly at: number
  readonly signature: string
  readonly seed: bigint
  /** Whether its alphabet has neither + nor /. */
  readonly isPlain?: boolean
}

const FORMS: Readonly<Record<string, AzureForm>> = {
  'Azure storage key': { bytes: 64, at: 76, signature: '+ASt', seed: 0x44656661756c7430n },
  'Azure Cosmos DB key': { bytes: 64, at: 76, signature: 'ACDb', seed: 0x4d61737452573030n },
  'Azure Batch key': { bytes: 64, at: 76, signature: '+ABa', seed: 0x4162416363743030n },
  'Azure API Management key': { bytes: 64, at: 76, signature: 'APIM', seed: 0x54656e616e743030n },
  'Azure Service Bus key': { bytes: 32, at: 33, signature: '+ASb', seed: 0x4d616e6167653030n },
  'Azure Event Hubs key': { bytes: 32, at: 33, signature: '+AEh', seed: 0x53656e6430303030n },
  'Azure Relay key': { bytes: 32, at: 33, signature: '+ARm', seed: 0x4c697374656e3030n },
  'Azure IoT Hub key': { bytes: 32, at: 33, signature: 'AIoT', seed: 0x496f544875623030n },
  'Azure AI Search key': { bytes: 39, at: 42, signature: 'AzSe', seed: 0x5041646d696e3030n, isPlain: true },
}

/** Names of keys of Azure that tell themselves. */
export const AZURE_KEYS: readonly string[] = Object.keys(FORMS)

/** @param damage - whether the checksum is not its own */
export function azureKey(name: string, random: Dice, damage = false): string {
  const form = FORMS[name]
  if (form === undefined) throw new RangeError(`no such key: ${name}`)
  const { bytes, at, signature, seed, isPlain = false } = form
  for (;;) {
    const drawn = random.bytes(bytes).toString('base64')
    // what lies between the signature and the bytes of the checksum is zero
    const marked = `${signature}A`
    const whole = Buffer.from(drawn.slice(0, at) + marked + drawn.slice(at + marked.length), 'base64')
    whole.writeUInt32LE((marvin(whole.subarray(0, -4), seed) ^ (damage ? 1 : 0)) >>> 0, bytes - 4)
    const key = whole.toString('base64')
    if (!isPlain || !/[+/]/.test(key)) return key
  }
}
