/** Words in a file name that say that it is the opened form of another one. */
const OPENED = /([._-])(?:dec|decrypted|plain|plaintext|clear|cleartext|unencrypted)(?=[._-]|$)/i
const SEALED_WORDS = ['', 'enc', 'encrypted', 'sops', 'sealed']

/** Where the sealed file could stand that `file` looks like the opened form of; none when its name does not say so. */
export function sealedSiblings(file: string): string[] {
  const folder = file.slice(0, file.lastIndexOf('/') + 1)
  const name = file.slice(folder.length)
  if (!OPENED.test(name)) return []
  return SEALED_WORDS.map((word) =>
    `${folder}${name.replace(OPENED, (_, mark: string) => (word === '' ? '' : `${mark}${word}`))}`.replace(
      /[._-]$/,
      '',
    ),
  ).filter((sibling) => sibling !== file && sibling !== folder)
}
