import { type GitPlace, runGit } from './run-git.ts'

/** Who made commits: `Ann <ann@example.com>` by id. */
export async function authorsOf(commits: readonly string[], place: GitPlace): Promise<Map<string, string>> {
  const args = ['log', '--no-walk=unsorted', '--stdin', '--no-show-signature', '--format=%H %an <%ae>']
  const output = await runGit(args, place, commits.map((commit) => `${commit}\n`).join(''))
  const lines = 'stdout' in output ? output.stdout.toString('utf8').split('\n') : []
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]))
}
