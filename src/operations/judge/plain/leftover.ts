/** Words in a file name that say that it is the opened form of another one. */
const OPENED = /([._-])(?:dec|decrypted|plain|plaintext|clear|cleartext|unencrypted)(?=[._-]|$)/i
/** One of these is in each of them: most names are told without the expression, which V8 would have to compile. */
const OF_OPENED = ['dec', 'plain', 'clear', 'unencrypted']
const SEALED_WORDS = ['', 'enc', 'encrypted', 'sops', 'sealed']

/** Where the sealed file could stand that `file` looks like the opened form of; none when its name does not say so. */
export function sealedSiblings(file: string): string[] {
  const folder = file.slice(0, file.lastIndexOf('/') + 1)
  const name = file.slice(folder.length)
  const lower = name.toLowerCase()
  if (!OF_OPENED.some((word) => lower.includes(word)) || !OPENED.test(name)) return []
  return SEALED_WORDS.map((word) =>
    `${folder}${name.replace(OPENED, (_, mark: string) => (word === '' ? '' : `${mark}${word}`))}`.replace(
      /[._-]$/,
      '',
    ),
  ).filter((sibling) => sibling !== file && sibling !== folder)
}

/** What a write that was killed leaves beside its file: see `temporaryBeside` in `platform/temporary.ts`; a test holds them together. */
const OF_WRITE = /(?:^|\/)\.[^/]*\.[1-9][0-9]*-[0-9a-f]{12}\.tmp(?:\/|$)/

/** Whether a path says that a write of this program was killed before its file had its name. */
export function isLeftByWrite(file: string): boolean {
  return file.includes('.tmp') && OF_WRITE.test(file)
}
