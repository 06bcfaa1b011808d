import { dirname, resolve } from 'node:path'
import type { CreationRule, SopsConfig } from '../../config/config.ts'
import { matchRule } from '../../config/match.ts'
import { ConfigError, FileError, UsageError } from '../../errors.ts'
import { PolicyFinder } from '../policy.ts'
import type { World } from '../ports.ts'

export interface ChosenRule {
  readonly config: SopsConfig
  readonly rule: CreationRule
  readonly notes: readonly string[]
}

/**
 * The rule that a word means: `rule 2`, the `path_regex` of one as it stands there, or a file that one matches, in the policy
 * nearest to that file.
 *
 * @throws ConfigError `ERR_CONFIG_NOT_FOUND`, `ERR_NO_RULE`; UsageError `ERR_USAGE` when several are meant; FileError
 *   `ERR_NO_FILE` for a file that is not there: another rule than the one that was meant might match a mistyped path
 */
export async function whichRule(target: string, world: World): Promise<ChosenRule> {
  const { files, cwd, configPath } = world
  const path = resolve(cwd, target)
  const kind = target === '' ? undefined : await files.kind(path)
  // not as for sealing: who reads a file is judged by the policy nearest to it
  const folder = kind === 'file' && configPath === undefined ? dirname(path) : cwd
  const { config, notes } = await new PolicyFinder(files, folder, configPath).config(kind === 'file' ? path : undefined)
  if (config === undefined) {
    throw new ConfigError('ERR_CONFIG_NOT_FOUND', 'there is no .sops.yaml here or above that could be changed', {
      hint: 'bulla init writes one; or name one with --config',
    })
  }
  const rules = config.rules ?? []
  const number = /^rule ([1-9][0-9]{0,8})$/.exec(target)?.[1]
  if (number !== undefined) return { config, notes, rule: rules[Number(number) - 1] ?? noSuchRule(config) }
  const [named, second] = rules.filter(({ pathRegex }) => pathRegex === target)
  if (second !== undefined) {
    throw new UsageError('ERR_USAGE', 'several rules have this path_regex', {
      where: { file: config.path },
      hint: `name one by its number: 'rule ${second.index + 1}'`,
    })
  }
  if (named !== undefined) return { config, notes, rule: named }
  if (kind === 'folder' || kind === undefined) throw noSuchPlace(path, kind)
  return { config, notes, rule: (await matchRule(config, path)) ?? noSuchRule(config) }
}

function noSuchRule({ path, rules = [] }: SopsConfig): never {
  throw new ConfigError('ERR_NO_RULE', 'the policy has no such rule', {
    where: { file: path },
    hint: rules.length === 0 ? 'add a creation rule first' : `rules count from 1, the last one is rule ${rules.length}`,
  })
}

function noSuchPlace(path: string, kind: 'folder' | undefined): Error {
  const hint = "name a file that is there, a path_regex as it stands in .sops.yaml, or 'rule 1'"
  if (kind === undefined)
    return new FileError('ERR_NO_FILE', 'there is no such file, and no rule has this path_regex', {
      where: { file: path },
      hint,
    })
  return new UsageError('ERR_USAGE', 'files of a folder may have different rules', { where: { file: path }, hint })
}
