import { armor, Decrypter, Encrypter } from 'age-encryption'

/** A sealed file whose first entry of a reader is wrapped for others, and still names that reader. */
export async function rewrapped(file: string, identity: string, ...recipients: readonly string[]): Promise<string> {
  const [armored = ''] = /-----BEGIN AGE[\s\S]*?-----END AGE ENCRYPTED FILE-----/.exec(file) ?? []
  const [indent = ''] = /(?<=\n) +/.exec(armored) ?? []
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  const dataKey = await decrypter.decrypt(armor.decode(armored.replaceAll(/\n +/g, '\n')))
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  const other = armor.encode(await encrypter.encrypt(dataKey)).trimEnd()
  return file.replace(armored, other.replaceAll('\n', `\n${indent}`))
}
