import { GitError } from '../errors.ts'
import { type GitPlace, startGit } from './run-git.ts'

/** Three files, and how conflicts between them are marked. */
export interface MergeFileRequest {
  /** Replaced by the result. */
  readonly ours: string
  readonly base: string
  readonly theirs: string
  readonly markerSize: number
  readonly labels: { readonly ours: string; readonly base: string; readonly theirs: string }
}

/** Merge texts as git does without a driver. @returns how many conflicts there are @throws GitError `ERR_GIT` */
export function mergeFile(request: MergeFileRequest, place: GitPlace): Promise<number> {
  const { ours, base, theirs, markerSize, labels } = request
  const names = [labels.ours, labels.base, labels.theirs].flatMap((label) => ['-L', label])
  const child = startGit(
    ['merge-file', '--quiet', `--marker-size=${markerSize}`, ...names, '--', ours, base, theirs],
    place,
  )
  child.stdin.end()
  child.stdout.resume()
  return new Promise((resolve, reject) => {
    const failed = () =>
      reject(
        new GitError('ERR_GIT', 'git cannot merge this file', { hint: 'is it a binary file? take one side of it' }),
      )
    child.on('error', failed)
    child.on('close', (code) => (code === null || code > 127 ? failed() : resolve(code)))
  })
}
