import { fieldsOf } from './paths.ts'
import { type GitPlace, runGit } from './run-git.ts'

/** Settings of the user that would change what is printed, or look into submodules. */
const PLAIN = ['--no-color', '--no-line-number', '--no-column', '--no-recurse-submodules', '-F']

/**
 * Paths of the files of the index that hold a text.
 *
 * @param text - an argument of git, which everybody on this machine may see: no secret
 */
export async function filesHolding(text: string, place: GitPlace): Promise<string[]> {
  const output = await runGit(
    ['grep', ...PLAIN, '--cached', '-l', '-z', '--full-name', '-e', text, '--', ':/'],
    place,
    '',
  )
  return 'stdout' in output ? fieldsOf(output.stdout) : [] // none is a failure for git
}

/**
 * Which of some texts stand in a file of one of some revisions that is no binary one. They go over a pipe: they may be secret.
 *
 * @param revisions - none that begins with a dash
 */
export async function standingIn(
  texts: readonly string[],
  revisions: readonly string[],
  place: GitPlace,
): Promise<ReadonlySet<string>> {
  const wanted = texts.filter((text) => text !== '' && !/[\n\0]/.test(text))
  if (wanted.length === 0 || revisions.length === 0) return new Set()
  const args = ['grep', ...PLAIN, '-h', '-o', '-I', '-f', '-', ...revisions, '--', ':/']
  const output = await runGit(args, place, wanted.map((text) => `${text}\n`).join(''))
  return new Set('stdout' in output ? output.stdout.toString('utf8').split('\n') : [])
}
