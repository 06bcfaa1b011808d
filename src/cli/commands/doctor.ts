import { plainStashes, type StashedFile } from '../../operations/check/stashes.ts'
import type { Check } from '../../operations/doctor/check.ts'
import { doctor } from '../../operations/doctor/doctor.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { keyVariables } from '../options/key-options.ts'
import { addCommonOptions, flag, type Values, worldOf } from '../options/options.ts'
import { printable } from '../show/messages.ts'
import { VERSION } from '../version.ts'

const HELP = `
Looks at Node, git, the drivers, the hooks in all worktrees, stashes with plaintext, the clock, your
keys and who else may read them, the policy with all its rules, memory-backed storage, the cache of
compiled code, and the terminal. Each line says that something is fine, or what to do about it.
Starts nothing but git, and the hooks, to see whether they reach bulla, which then does nothing.
Opens no sealed file and asks nobody.

--clean removes the plaintext that edit, exec-file and writes (.NAME.*.tmp beside a file) left when
they were killed (kill -9). If containers share /dev/shm, XDG_RUNTIME_DIR or the work tree, end what
runs in them first.

Examples:
  $ bulla doctor
  $ bulla doctor --quiet                  (only what is not fine)
  $ bulla doctor --json | jq '.checks[] | select(.state != "fine")'

Exit codes: 0 nothing is wrong (a note is not wrong), 1 something is.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Show what is set up here, and what to do about the rest.')
    .optionsGroup('What is printed:')
    .option('--json', 'one JSON document with everything')
    .optionsGroup('What is changed (nothing otherwise):')
    .option('--clean', 'remove plaintext that killed commands left')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (values: Values) => done(await run(values, io)))
}

async function run(values: Values, io: Io): Promise<number> {
  const quiet = flag(values, 'quiet')
  const world = worldOf(values, io)
  const stashed = await stashedFiles(() => world.now().slice(0, 10), io)
  const checks = await doctor(
    { version: VERSION, overrides: keyVariables(io), clean: flag(values, 'clean'), stashed },
    world,
    await io.machine(),
  )
  const isFine = checks.every(({ state }) => state !== 'problem')
  if (flag(values, 'json')) io.writeOut(`${JSON.stringify({ fine: isFine, checks }, undefined, 2)}\n`)
  else
    io.writeOut(
      checks
        .filter(({ state }) => !quiet || state !== 'fine')
        .map(checkText)
        .join(''),
    )
  return isFine ? 0 : 1
}

async function stashedFiles(today: () => string, io: Io): Promise<readonly StashedFile[]> {
  const repository = await io.repository({ asGit: false })
  try {
    return await plainStashes(repository, today)
  } finally {
    repository.close()
  }
}

const INDENT = ' '.repeat(9)

function checkText({ name, state, found, todo }: Check): string {
  const [first = '', ...others] = found.split('\n')
  const lines = [`${state.padEnd(INDENT.length)}${name}: ${first}`, ...others.map((line) => `${INDENT}${line}`)]
  if (todo !== undefined) lines.push(`${INDENT}  to do: ${todo}`)
  return lines.map((line) => `${printable(line)}\n`).join('')
}
