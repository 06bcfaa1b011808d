import type { NamedText } from './text-pool.ts'

/** Texts on their way to a thread: all bytes in one piece, which the thread takes over. */
export interface TextJob {
  readonly paths: readonly string[]
  /** Where each of the texts ends. */
  readonly ends: readonly number[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The bytes are copied: those of the caller stay. */
export function packJob(texts: readonly NamedText[]): TextJob {
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + text.bytes.length, 0))
  let end = 0
  const ends = texts.map((text) => {
    bytes.set(text.bytes, end)
    end += text.bytes.length
    return end
  })
  return { paths: texts.map(({ path }) => path), ends, bytes }
}

export function unpackJob({ paths, ends, bytes }: TextJob): NamedText[] {
  return paths.map((path, index) => ({ path, bytes: bytes.subarray(ends[index - 1] ?? 0, ends[index]) }))
}
