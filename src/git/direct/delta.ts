import { ByteInput } from './byte-input.ts'
import { sure } from './unsure.ts'

/** Where a piece of the base is copied from, and how long it is, when nothing else is said. */
const LONGEST_PIECE = 0x10000

/** What git keeps instead of an object that is like another one: see gitformat-pack(5). @throws Unsure */
export function applyDelta(base: Uint8Array, delta: Buffer, most: number): Buffer {
  const input = new ByteInput(delta)
  sure(input.size() === base.length)
  const length = input.size()
  sure(length <= most)
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  while (!input.isAtEnd) {
    const command = input.byte()
    const piece = command >= 128 ? pieceOf(base, command, input) : input.take(command)
    sure(piece.length > 0 && at + piece.length <= length)
    bytes.set(piece, at)
    at += piece.length
  }
  sure(at === length)
  return bytes
}

function pieceOf(base: Uint8Array, command: number, input: ByteInput): Uint8Array {
  let from = 0
  let length = 0
  for (let index = 0; index < 4; index += 1) if ((command & (1 << index)) !== 0) from += input.byte() * 256 ** index
  for (let index = 0; index < 3; index += 1) {
    if ((command & (16 << index)) !== 0) length += input.byte() * 256 ** index
  }
  if (length === 0) length = LONGEST_PIECE
  sure(from + length <= base.length)
  return base.subarray(from, from + length)
}
