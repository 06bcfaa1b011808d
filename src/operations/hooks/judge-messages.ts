import type { CommitMessage, Repository } from '../git-port.ts'
import { cannotJudge, type Finding } from '../judge/findings/finding.ts'
import type { JudgeOptions } from '../judge/judge-files.ts'
import { readSettings, SETTINGS } from '../judge/surroundings/judge-settings.ts'
import { COMMIT_MESSAGE, suspicious, TAG_MESSAGE } from '../scan/messages.ts'
import { shellWord } from '../shell-word.ts'
import { approvedBy, type CommitFinding } from './judge-commits.ts'

const TAGS = 'refs/tags/'

/**
 * Credentials in what was written about commits: once pushed, everybody has them, as those in files.
 *
 * @param target - as for `judgeCommits`
 */
export async function judgeMessages(
  messages: readonly CommitMessage[],
  target: string | undefined,
  repository: Repository,
  options: JudgeOptions,
): Promise<CommitFinding[]> {
  const written = new Written(COMMIT_MESSAGE, target, repository, options)
  const findings: CommitFinding[] = []
  for (const message of await suspicious(messages, (text) => written.holdsSome(text))) {
    const found = await written.judge(message)
    findings.push(...found.map((finding) => ({ ...finding, ...told(finding, 'this commit'), commit: message.commit })))
  }
  return findings
}

/** The same of an annotated tag. @param tag - what it leads to, and its full name where it goes to */
export async function judgeTagMessage(
  { id, name, target }: { readonly id: string; readonly name: string; readonly target: string | undefined },
  repository: Repository,
  options: JudgeOptions,
): Promise<CommitFinding[]> {
  const text = name.startsWith(TAGS) ? await repository.messageOfTag(id) : undefined
  const written = new Written(TAG_MESSAGE, target, repository, options)
  if (text === undefined || !(await written.holdsSome(text))) return []
  const context = (await repository.commitId(id)) ?? id
  const tag = name.slice(TAGS.length)
  const repair = `git tag --force --annotate ${shellWord(tag)} ${shellWord(`${tag}^{}`)}`
  return (await written.judge({ context, text })).map((finding) => ({
    ...finding,
    ...told(finding, name),
    ...(finding.level === 'block' && !cannotJudge(finding) ? { repair } : {}),
  }))
}

function told({ message }: Finding, where: string) {
  return { message: `${message}, in the message of ${where}` }
}

/** What people wrote, as a text without a file. Rules of the repository are for its files. */
class Written {
  private readonly path: string
  private readonly target: string | undefined
  private readonly repository: Repository
  private readonly options: JudgeOptions

  constructor(path: string, target: string | undefined, repository: Repository, options: JudgeOptions) {
    this.path = path
    this.target = target
    this.repository = repository
    this.options = options
  }

  async holdsSome(text: string): Promise<boolean> {
    return (await this.find(text)).length > 0
  }

  /** Without what is accepted there. */
  async judge({ context, text }: Pick<CommitMessage, 'context' | 'text'>): Promise<Finding[]> {
    const { path, repository, options } = this
    const { approved } = approvedBy(this.target, repository, options)
    const { exceptions } = await readSettings({
      contents: await repository.tree(context).read(SETTINGS),
      ...{ scope: options.scanner?.scope ?? 'tree', today: options.today, approvedSettings: approved },
      // nobody approved of a message before
      approved: approved && (async () => ''),
    })
    const findings = await exceptions.apply(await this.find(text), path, text)
    // no command changes a message as it changes a file
    return findings.map(({ repair: _, ...finding }) => finding)
  }

  private async find(text: string) {
    return (await this.options.scanner?.find({ path: this.path, mode: '', id: '' }, text, [])) ?? []
  }
}
