import * as platformPath from 'node:path'
import { BullaError, ConfigError } from '../errors.ts'
import { compileRegex } from '../format/selector.ts'
import type { CreationRule, SopsConfig } from './config.ts'
import { type PathFlavour, pathBelow } from './path-below.ts'

/**
 * The first rule that matches a file, as sops picks it. Expressions behind it are not looked at.
 *
 * @param path - absolute
 * @returns undefined when the policy has no rules at all
 * @throws ConfigError `ERR_NO_RULE` when there are rules and none matches; `ERR_SELECTOR` for an invalid expression
 */
export async function matchRule(
  config: SopsConfig,
  path: string,
  flavour: PathFlavour = platformPath,
): Promise<CreationRule | undefined> {
  if (config.rules === undefined) return undefined
  const { name, rule } = await findRule(config, path, flavour)
  if (rule !== undefined) return rule
  throw new ConfigError('ERR_NO_RULE', `no matching creation rules found in ${config.path}`, {
    where: { file: path },
    hint: `rules are matched against "${name}"; add a rule with a path_regex for it, or one without as the last`,
  })
}

/** How the rule of a file was found. */
export interface RuleSearch {
  /** What expressions were matched against. */
  readonly name: string
  /** The rules that did not match, in order. */
  readonly passed: readonly CreationRule[]
  /** The first that did. */
  readonly rule: CreationRule | undefined
}

/** As {@link matchRule}, and what came before. @throws ConfigError `ERR_SELECTOR` for an invalid expression */
export async function findRule(
  config: SopsConfig,
  path: string,
  flavour: PathFlavour = platformPath,
): Promise<RuleSearch> {
  const name = matchedName(config.folder, path, flavour)
  const passed: CreationRule[] = []
  for (const rule of config.rules ?? []) {
    if (!expressions.has(rule)) await compile(rule, config.path)
    if (matches(rule, name, config.path, flavour)) return { name, passed, rule }
    passed.push(rule)
  }
  return { name, passed, rule: undefined }
}

/** What expressions are matched against: the path below the folder of the policy, or else the whole path. */
export function matchedName(folder: string, path: string, flavour: PathFlavour = platformPath): string {
  return pathBelow(folder, path, flavour) ?? path
}

function matches(rule: CreationRule, name: string, file: string, { sep }: PathFlavour): boolean {
  const regex = expressions.get(rule)
  if (regex === undefined) return true
  try {
    // rules are written with slashes; sops on Windows only knows backslashes (getsops/sops#892)
    return regex(name) || (sep === '\\' && regex(name.replaceAll('\\', '/')))
  } catch (error) {
    throw atRule(error, rule, file)
  }
}

/** A rule is asked for every file; compiling its expression costs more than using it. Undefined for a rule without one. */
const expressions = new WeakMap<CreationRule, ((text: string) => boolean) | undefined>()

/** @throws ConfigError `ERR_SELECTOR` */
async function compile(rule: CreationRule, file: string): Promise<void> {
  try {
    const { pathRegex } = rule
    expressions.set(rule, pathRegex === undefined ? undefined : await compileRegex(pathRegex, 'path_regex', 'short'))
  } catch (error) {
    throw atRule(error, rule, file)
  }
}

function atRule(error: unknown, rule: CreationRule, file: string): unknown {
  return error instanceof BullaError ? error.at({ file, ...rule.place('path_regex') }) : error
}
