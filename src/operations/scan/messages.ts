/** What git calls the files in which messages are written: of commits, and of tags. */
export const [COMMIT_MESSAGE, TAG_MESSAGE] = ['COMMIT_EDITMSG', 'TAG_EDITMSG']

/** So much is looked into at once. */
const MOST_AT_ONCE = 64 * 1024
/** Ends whatever a message may begin: lines, quotes, keys, documents. */
const BETWEEN = '\n\n(!)\n---\n'

/**
 * Those of many messages in which there may be something. Nearly never is: they are looked into together, and one by one only
 * where something was found.
 *
 * @param hasSome - whether a text holds anything
 */
export async function suspicious<Message extends { readonly text: string }>(
  messages: readonly Message[],
  hasSome: (text: string) => Promise<boolean>,
): Promise<Message[]> {
  const found: Message[] = []
  for (let start = 0; start < messages.length; ) {
    const some: Message[] = []
    for (let length = 0; length < MOST_AT_ONCE && start < messages.length; start += 1) {
      const message = messages[start]
      if (message === undefined) continue
      some.push(message)
      length += message.text.length
    }
    if (some.length > 1 && !(await hasSome(some.map(({ text }) => text).join(BETWEEN)))) continue
    for (const message of some) if (await hasSome(message.text)) found.push(message)
  }
  return found
}
