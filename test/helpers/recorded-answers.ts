import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { FIXTURES } from './people.ts'

const FILE = join(FIXTURES, 'sops/stories.json.br')

/** What the real sops did: its exit code, standard output in base64, the files it left, in base64. */
export interface Answer {
  readonly code: number | null
  readonly out: string
  readonly files: Readonly<Record<string, string>>
}

/**
 * What the real sops answered when it was asked the same before, for machines that do not have it. Set
 * `BULLA_RECORD_STORIES` where it is to write them down anew.
 */
export class RecordedAnswers {
  private readonly answers: Map<string, Answer>

  private constructor(answers: Map<string, Answer>) {
    this.answers = answers
  }

  static load(): RecordedAnswers {
    if (!existsSync(FILE)) return new RecordedAnswers(new Map())
    const text = brotliDecompressSync(readFileSync(FILE)).toString()
    // written by `save`; what does not fit fails the tests that use it
    return new RecordedAnswers(new Map(Object.entries(JSON.parse(text) as Record<string, Answer>)))
  }

  static empty(): RecordedAnswers {
    return new RecordedAnswers(new Map())
  }

  /** @param question - all that the answer depends on */
  find(question: unknown): Answer {
    const found = this.answers.get(keyOf(question))
    if (found !== undefined) return found
    throw new Error('sops is not here and was not asked this before: run with BULLA_RECORD_STORIES=1 where it is')
  }

  add(question: unknown, answer: Answer): void {
    this.answers.set(keyOf(question), answer)
  }

  save(): void {
    const sorted = Object.fromEntries([...this.answers].sort(([a], [b]) => (a < b ? -1 : 1)))
    writeFileSync(FILE, brotliCompressSync(JSON.stringify(sorted)))
  }
}

function keyOf(question: unknown): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 24)
}
