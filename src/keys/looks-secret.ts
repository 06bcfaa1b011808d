/** Whether a text may be secret key material: then it is never shown, whatever is wrong with it. */
export function looksSecret(text: string): boolean {
  return /AGE-SECRET-KEY|AGE-PLUGIN-|PRIVATE KEY/i.test(text)
}
