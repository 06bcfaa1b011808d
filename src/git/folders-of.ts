import { type GitPlace, runGit } from './run-git.ts'

const ABSOLUTE = ['rev-parse', '--path-format=absolute']

/** The root of the work tree, undefined in a bare repository, and git's own folder; absolute. */
export interface Folders {
  readonly root: string | undefined
  readonly gitFolder: string
  readonly common: string
}

/** @throws GitError `ERR_GIT` */
export async function askFolders(place: GitPlace): Promise<Folders> {
  const folders = ['--git-dir', '--git-common-dir']
  // the last one fails where there is no work tree, and then all of it does
  const all = await runGit([...ABSOLUTE, ...folders, '--show-toplevel'], place, '')
  const known = 'stdout' in all ? [...folders, '--show-toplevel'] : folders
  const output = 'stdout' in all ? all.stdout.toString('utf8') : await mustAsk([...ABSOLUTE, ...folders], place)
  let lines = output.replace(/\n$/, '').split('\n')
  if (lines.length !== known.length) {
    lines = []
    // a path may have line breaks in it: each one alone
    for (const name of known) lines.push((await mustAsk([...ABSOLUTE, name], place)).replace(/\n$/, ''))
  }
  const [gitFolder = '', common = '', root] = lines
  return { root, gitFolder, common }
}

/** What git prints. @throws GitError `ERR_GIT` */
export async function mustAsk(args: readonly string[], place: GitPlace): Promise<string> {
  const output = await runGit(args, place, '')
  if ('stdout' in output) return output.stdout.toString('utf8')
  const { gitFailure } = await import('./git-failure.ts')
  throw gitFailure(output.problem, place)
}
