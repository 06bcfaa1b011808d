import { decodeBase64 } from '../text/base64.ts'
import { isRandom } from '../text/randomness.ts'
import { isCiphertext, isMadeUp, isName, isPlace, isPlainWord, isProse, isReference } from '../text/value-kinds.ts'
import { SHORTEST } from './fingerprint.ts'

/** From here on the copy of a value is no coincidence. */
export const CERTAIN = 12
/** Of one value: a whole file may be one. */
const MOST_FORMS = 2000
const ARMOR = /^-----(?:BEGIN|END) /
const PASSWORD_IN_URL = /^[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/@:]*:([^\s/@]+)@/i

/** The texts by which a copy of a value is known: itself, each line of it, the password in it, and what it is base64 of. */
export function valueForms(value: string): string[] {
  const forms = new Set<string>()
  addForms(value, forms)
  const decoded = value.length >= SHORTEST ? decodeBase64(value) : undefined
  if (decoded !== undefined) addForms(decoded, forms)
  return [...forms].slice(0, MOST_FORMS)
}

/** Whether a value looks like a name, a place or a word: something that a fully sealed file holds beside its secrets. */
export function isOrdinary(value: string): boolean {
  return isPlainWord(value) || isPlace(value) || isName(value) || isReference(value) || isHost(value)
}

function isHost(value: string): boolean {
  return /^(?:[\w-]+@)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?$/i.test(value) && !isRandom(value)
}

function addForms(value: string, forms: Set<string>): void {
  const lines = value.split(/\r\n|\n|\r/)
  const filled = lines.filter((line) => line.trim() !== '')
  const [only] = filled
  if (filled.length === 1 && only !== undefined) addLine(only.trim(), forms)
  else for (const line of filled) addLineOfMany(line.trim(), forms)
}

function addLine(line: string, forms: Set<string>): void {
  if (line.length < SHORTEST || isCiphertext(line) || isReference(line)) return
  if (line.length < CERTAIN && (isOrdinary(line) || isMadeUp(line))) return
  forms.add(line)
  const password = PASSWORD_IN_URL.exec(line)?.[1]
  if (password !== undefined && password.length >= SHORTEST) forms.add(password)
}

/** Lines of a certificate, of a configuration, of a script: most say nothing alone. */
function addLineOfMany(line: string, forms: Set<string>): void {
  if (line.length < CERTAIN || ARMOR.test(line) || isCiphertext(line)) return
  if (!isOrdinary(line) && !isProse(line)) forms.add(line)
  const right = /^["']?[\w.-]{1,100}["']?\s{0,4}[:=]\s{0,4}["']?(.{12,}?)["']?[,;]?$/.exec(line)?.[1]
  if (right !== undefined && !isOrdinary(right) && !isProse(right)) forms.add(right)
}
