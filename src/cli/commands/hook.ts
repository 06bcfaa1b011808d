import { isBullaError, UsageError } from '../../errors.ts'
import type { Repository } from '../../operations/git-port.ts'
import { allowOnce } from '../../operations/hooks/allow-once.ts'
import type { CommitFinding } from '../../operations/hooks/judge-commits.ts'
import { HOOK_NAMES, type HookName, runHook } from '../../operations/hooks/run-hook.ts'
import { cannotJudge } from '../../operations/judge/finding.ts'
import { changeScanner } from '../../operations/scan/scan-file.ts'
import { suggest } from '../../operations/suggest.ts'
import { showFindings } from '../findings.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { freshKnownScanner, knownScanner } from '../known-values.ts'
import { addCommonOptions, type Values, worldOf } from '../options.ts'
import { renderError } from '../render.ts'

const HELP = `
Git runs this, with what it gives to the hook of that name. Judged is what is staged or pushed,
never the working copy, by the .sops.yaml of the same tree. Hooks are pre-commit, pre-merge-commit,
pre-applypatch, prepare-commit-msg, pre-push and pre-receive.

To let one commit pass on purpose, say why: BULLA_ALLOW='test data' git commit …
It is written to bulla-allowed.log in git's folder, and does not count for what is pushed.

Examples:
  $ bulla hook run pre-commit
  $ bulla hook run pre-merge-commit

Exit codes: 0 nothing stops it, 1 something does, 2 something cannot be judged, which stops it too.`

const STOPPED = 1
const UNDECIDED = 2

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .summary('judge what git is about to take in')
    .description('Judge what git is about to take in: what its hooks run.')
    .usage('run <name> [args...]')
    .argument('[hook-verb]', 'run')
    .argument('[hook-name]', 'which hook')
    .argument('[args...]', 'what git gives to the hook')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (verb: string | undefined, name: string | undefined, args: string[], values: Values) => {
    if (verb === undefined) io.writeOut(`${command.helpInformation()}${HELP}\n`)
    done(verb === undefined ? 0 : await run(hookName(verb, name), args, values, io))
  })
}

function hookName(verb: string, name: string | undefined): HookName {
  if (verb !== 'run') {
    throw new UsageError('ERR_USAGE', 'hook can run', { hint: 'write "hook run NAME"' })
  }
  const known = HOOK_NAMES.find((hook) => hook === name)
  if (known !== undefined) return known
  const meant = suggest(name ?? '', HOOK_NAMES)
  throw new UsageError('ERR_USAGE', 'hook run needs the name of a hook that bulla answers', {
    hint: meant === undefined ? `they are ${HOOK_NAMES.join(', ')}` : `did you mean ${meant}?`,
  })
}

async function run(name: HookName, args: readonly string[], values: Values, io: Io): Promise<number> {
  const probe = io.env['BULLA_HOOK_PROBE']
  if (probe !== undefined && probe !== '') {
    // "doctor" asks whether git runs this: judged is nothing, and so nothing may pass
    io.writeErr(`${io.program}: reached: ${probe} ${name}\n`)
    return STOPPED
  }
  const repository = await io.repository({ inHook: true })
  try {
    const takesInput = name === 'pre-push' || name === 'pre-receive'
    const told = name === 'pre-push' ? toldByPreCommit(io.env) : undefined
    const input = told?.input ?? (takesInput ? Buffer.from(await io.stdin()).toString('utf8') : '')
    const options = {
      isStrict: false,
      today: worldOf(values, io).now().slice(0, 10),
      scanner: changeScanner(repository, await knownFor(name, repository, values, io)),
    }
    const findings = await runHook({ name, args: told?.args ?? args, input }, repository, options)
    return await verdict(name, findings, (await repository.folders()).gitFolder, values, io)
  } catch (error) {
    if (!isBullaError(error)) throw error
    renderError(error, io)
    return UNDECIDED
  } finally {
    repository.close()
  }
}

/** The pre-commit framework reads what git says, and hands it on in variables. */
function toldByPreCommit(env: Io['env']): { readonly args: readonly string[]; readonly input: string } | undefined {
  const { PRE_COMMIT_TO_REF: to, PRE_COMMIT_FROM_REF: from, PRE_COMMIT_REMOTE_NAME: remote } = env
  if (env['PRE_COMMIT'] !== '1' || to === undefined || from === undefined) return undefined
  return { args: remote === undefined ? [] : [remote], input: `local ${to} remote ${from}\n` }
}

/** Nothing of a server is written to, and it has no keys. */
async function knownFor(name: HookName, repository: Repository, values: Values, io: Io) {
  if (name === 'pre-receive') return undefined
  return name === 'pre-push' ? knownScanner(io) : freshKnownScanner(name, repository, values, io)
}

async function verdict(
  hook: HookName,
  findings: readonly CommitFinding[],
  gitFolder: string,
  values: Values,
  io: Io,
): Promise<number> {
  const stopping = findings.filter(({ level }) => level === 'block')
  if (findings.length === 0) return 0
  const count = (all: readonly unknown[]) => `${all.length} ${all.length === 1 ? 'finding' : 'findings'}`
  io.writeErr(`${io.program}: ${hook}: ${stopping.length > 0 ? `stopped by ${count(stopping)}` : count(findings)}\n`)
  showFindings(findings, (text) => io.writeErr(text))
  if (stopping.length === 0) return 0
  const log = await allowOnce(
    { hook, reason: io.env['BULLA_ALLOW'], findings: stopping, gitFolder },
    worldOf(values, io),
  )
  if (log !== undefined) {
    io.writeErr(`${io.program}: ${hook}: let pass because of BULLA_ALLOW, and written to ${log}\n`)
    return 0
  }
  return stopping.some(cannotJudge) ? UNDECIDED : STOPPED
}
