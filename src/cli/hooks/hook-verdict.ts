import type { Repository } from '../../operations/git-port.ts'
import { type Allowance, allowOnce } from '../../operations/hooks/allow-once.ts'
import { type HookName, OF_A_COMMIT } from '../../operations/hooks/hook-names.ts'
import type { CommitFinding } from '../../operations/hooks/judge-commits.ts'
import { type HookRequest, publishedBefore, runHook } from '../../operations/hooks/run-hook.ts'
import { cannotJudge } from '../../operations/judge/findings/finding.ts'
import { changeScanner } from '../../operations/scan/scan-file.ts'
import type { HookIo } from '../io.ts'
import { freshKnownScanner, knownScanner } from '../repository/known-values.ts'
import { rootNote, showFindings } from '../show/findings-text.ts'
import { toldByPreCommit } from './told-by-pre-commit.ts'

const STOPPED = 1
/** Something cannot be judged. */
const UNDECIDED = 2

/** Judge what git is about to take in, and say what was found. @returns the exit code */
export async function runAndTell(
  name: HookName,
  args: readonly string[],
  repository: Repository,
  io: HookIo,
): Promise<number> {
  const takesInput = name === 'pre-push' || name === 'pre-receive'
  const told = name === 'pre-push' ? await toldByPreCommit(args, io.env, repository) : undefined
  const input = told?.input ?? (takesInput ? Buffer.from(await io.stdin()).toString('utf8') : '')
  // of `commit -a` and `commit FILE`
  const isStagedAnew = io.env['GIT_INDEX_FILE']?.endsWith('.lock') === true
  const request = { name, args: told?.args ?? args, input, isStagedAnew }
  const options = {
    isStrict: false,
    today: () => io.now().slice(0, 10),
    scanner: changeScanner(repository, await knownFor(name, repository, io), () =>
      publishedBefore(request, repository),
    ),
  }
  const findings = await runHook(request, repository, options)
  return verdict(request, findings, repository, io)
}

/** Nothing of a server is written to, and it has no keys. */
async function knownFor(name: HookName, repository: Repository, io: HookIo) {
  if (name === 'pre-receive') return undefined
  return name === 'pre-push' ? knownScanner(name, io) : freshKnownScanner(name, repository, io)
}

async function letPass(allowance: Omit<Allowance, 'gitFolder'>, repository: Repository, io: HookIo) {
  const { gitFolder } = await repository.folders()
  return allowOnce({ ...allowance, gitFolder }, await io.world())
}

async function verdict(
  request: HookRequest,
  findings: readonly CommitFinding[],
  repository: Repository,
  io: HookIo,
): Promise<number> {
  const { name: hook } = request
  const stopping = findings.filter(({ level }) => level === 'block')
  if (findings.length === 0) return 0
  const count = (all: readonly unknown[]) => `${all.length} ${all.length === 1 ? 'finding' : 'findings'}`
  const tell = (text: string) => io.writeErr(`${io.program}: ${text}\n`)
  const reason = io.env['BULLA_ALLOW']
  const allowance = stopping.length === 0 || reason === undefined ? undefined : { hook, reason, findings: stopping }
  const log = allowance === undefined ? undefined : await letPass(allowance, repository, io)
  const isStopped = stopping.length > 0 && log === undefined
  const isOfCommit = OF_A_COMMIT.includes(hook)
  tell(`${hook}: ${isStopped ? `stopped by ${count(stopping)}` : count(findings)}`)
  showFindings(findings, (text) => io.writeErr(text))
  const below = io.env['GIT_PREFIX'] ?? ''
  if (isOfCommit && below !== '') tell(rootNote(below.replace(/\/$/, '')))
  if (log !== undefined) tell(`${hook}: let pass because of BULLA_ALLOW, and written to ${log}`)
  if (!isStopped) return 0
  const { hintsFor } = await import('./hook-hints.ts') // seldom needed
  for (const hint of await hintsFor(request, stopping, reason, repository)) tell(`hint: ${hint}`)
  return stopping.some(cannotJudge) ? UNDECIDED : STOPPED
}
