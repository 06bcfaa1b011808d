export { type KeyDescription, parseKeyTexts } from '../config/key-text.ts'
export { parseDecryptionOrder } from '../keys/decryption-order.ts'
