import { decodeText } from '../../format/text.ts'
import { scanText } from '../../scan/engine.ts'
import type { Finding as Found } from '../../scan/finding.ts'
import { fingerprintsOf } from '../../scan/fingerprint.ts'
import type { Repository } from '../git-port.ts'
import type { Finding } from '../judge/finding.ts'
import type { JudgeOptions } from '../judge/judge-files.ts'
import { showPath } from '../values/tree-path.ts'

/** Content that is no text: nobody could read a secret in it that is not one of a program. */
const isBinary = (text: string) => text.slice(0, 8000).includes('\0')

/** Plaintext secrets in a text, by rules that know nothing of any policy. */
export function scanFile(file: string, text: string): Finding[] {
  if (isBinary(text)) return []
  return toFindings(file, text, scanText(text, { fileName: file }))
}

/** The same for what a commit changes: what stood there before, on a line that is the same, is not its doing. */
export function changeScanner(repository: Repository): NonNullable<JudgeOptions['scan']> {
  return async (file, text) => {
    if (isBinary(text)) return []
    const found = scanText(text, { fileName: file.path })
    if (found.length === 0) return []
    const before = file.before === undefined ? undefined : await repository.blob(file.before)
    const known = new Set(before === undefined ? [] : linesOf(before))
    const lines = text.split('\n')
    const added = found.filter(({ line }) => !known.has(lines[line - 1] ?? ''))
    return toFindings(file.path, text, added)
  }
}

function linesOf(bytes: Uint8Array): string[] {
  try {
    return decodeText(bytes).split('\n')
  } catch {
    return []
  }
}

function toFindings(file: string, text: string, found: readonly Found[]): Finding[] {
  if (found.length === 0) return []
  const fingerprints = fingerprintsOf(found, file, text)
  return found.map((one) => {
    const { rule, level, line, column, path, message } = one
    const fingerprint = fingerprints.get(one)
    return {
      ...{ rule, level, file, line, column, message },
      ...(path === undefined ? {} : { keyPath: showPath(path) }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }
  })
}
