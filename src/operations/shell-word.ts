/** A name as one word of a shell command: a stranger's may hold what a shell would run. */
export function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
