import type { RecipientBook, RecipientFiles } from './directory.ts'

/**
 * The book of recipients of a process, made when it is first asked for: most commands read none.
 *
 * @param cwd - absolute
 */
export function lazyBook(files: () => Promise<RecipientFiles>, cwd: string): () => Promise<RecipientBook> {
  let book: Promise<RecipientBook> | undefined
  return () => {
    book ??= Promise.all([import('./directory.ts'), files()]).then(([{ RecipientBook }, found]) => {
      return new RecipientBook(found, cwd)
    })
    return book
  }
}
