import { resolve } from 'node:path'
import type { StoreName } from '../../format/tree.ts'
import { inFile } from '../in-file.ts'
import { openSealed } from '../open.ts'
import type { Ending, Note, Programs, World } from '../ports.ts'
import { loadStore, storeNameFor } from '../stores.ts'
import { type Variable, type VariableRules, variableKey, variablesOf } from './variables.ts'

/** Variables by their names; undefined for one that is not set. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface ExecOptions {
  /** Sealed files; of the same variable the last one counts. */
  readonly paths: readonly string[]
  /** One text for the shell, or a program and its arguments, which no shell looks at. */
  readonly command: string | readonly [string, ...string[]]
  /** What the program has beside the values; empty for `--pristine`. */
  readonly inherited: Environment
  /** Whom the program runs as. */
  readonly user?: string
  readonly flatten: boolean
  /** See `VariableRules`. */
  readonly allowed: ReadonlySet<string>
  readonly inputType?: StoreName
  /** From `parseDecryptionOrder`. */
  readonly order?: readonly string[]
  /** Told before the program starts. */
  readonly note: Note
}

/**
 * Run a program with the values of sealed files in its environment. All keys are wiped before it starts.
 *
 * @throws FormatError `ERR_VARIABLE`; ProgramError `ERR_PROGRAM`, `ERR_PROGRAM_NOT_FOUND`; UsageError `ERR_USAGE` for an
 *   unknown user; what opening throws
 */
export async function exec(options: ExecOptions, world: World, programs: Programs): Promise<Ending> {
  const { ignoresCase } = programs
  const variables = await readVariables(options, world, ignoresCase)
  world.keyring.dispose()
  const own = options.user === undefined ? {} : await programs.becomeUser(options.user)
  const env = environmentOf({ ...options.inherited, ...own }, variables, ignoresCase)
  return programs.run({ command: options.command, env })
}

async function readVariables(options: ExecOptions, world: World, ignoresCase: boolean): Promise<Variable[]> {
  const found = new Map<string, { variable: Variable; path: string }>()
  for (const path of options.paths) {
    const file = resolve(world.cwd, path)
    const variables = await variablesIn(file, options, world, ignoresCase)
    const replaced = new Map<string, string[]>()
    for (const variable of variables) {
      const key = variableKey(variable.name, ignoresCase)
      const before = found.get(key)
      if (before !== undefined) replaced.set(before.path, [...(replaced.get(before.path) ?? []), variable.name])
      found.set(key, { variable, path })
    }
    for (const [other, names] of replaced) {
      const isSame = resolve(world.cwd, other) === file
      const where = isSame ? 'more than once in it, the last one counts' : `also in ${other}, this one counts`
      options.note(`${names.join(', ')}: ${where}`, file)
    }
  }
  return [...found.values()].map(({ variable }) => variable)
}

async function variablesIn(
  file: string,
  { inputType = storeNameFor(file), order, flatten, allowed, note }: ExecOptions,
  world: World,
  ignoresCase: boolean,
): Promise<Variable[]> {
  try {
    const { bytes } = await world.files.open(file)
    const store = await loadStore(inputType)
    const opened = await openSealed({ store, bytes, file, ...(order === undefined ? {} : { order }) }, world)
    try {
      const rules: VariableRules = { flatten, allowed, ignoresCase }
      const [document, ...others] = opened.documents()
      if (others.length > 0) note('only the first of its documents is used', file)
      return document === undefined ? [] : variablesOf(document, rules)
    } finally {
      opened.dispose()
    }
  } catch (error) {
    throw inFile(error, file, inputType)
  }
}

/** What a program gets; `variables` win over what it would have had. */
export function environmentOf(
  inherited: Environment,
  variables: readonly Variable[],
  ignoresCase: boolean,
): Record<string, string> {
  const replaced = new Set(variables.map(({ name }) => variableKey(name, ignoresCase)))
  const kept = Object.entries(inherited).filter(([name]) => !replaced.has(variableKey(name, ignoresCase)))
  const added = variables.map(({ name, value }) => [name, value] as const)
  return Object.fromEntries(
    [...kept, ...added].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
