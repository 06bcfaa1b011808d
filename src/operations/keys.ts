export { type KeyDescription, parseKeyTexts } from '../config/key-text.ts'
export type { KeyType } from '../format/metadata.ts'
export { KEY_TYPES as KEY_KINDS } from '../format/metadata.ts'
export { parseDecryptionOrder } from '../keys/decryption-order.ts'
