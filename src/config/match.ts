import { isAbsolute, relative, sep } from 'node:path'
import { BullaError, ConfigError } from '../errors.ts'
import { compileRegex } from '../format/selector.ts'
import type { CreationRule, SopsConfig } from './config.ts'

/**
 * The first rule that matches a file, as sops picks it. Expressions behind it are not looked at.
 *
 * @param path - absolute
 * @returns undefined when the policy has no rules at all
 * @throws ConfigError `ERR_NO_RULE` when there are rules and none matches; `ERR_SELECTOR` for an invalid expression
 */
export async function matchRule(config: SopsConfig, path: string): Promise<CreationRule | undefined> {
  if (config.rules === undefined) return undefined
  const name = matchedName(config.folder, path)
  for (const rule of config.rules) if (await matches(rule, name, config.path)) return rule
  throw new ConfigError('ERR_NO_RULE', `no rule of ${config.path} matches this file`, {
    where: { file: path },
    hint: `rules are matched against "${name}"; add a rule with a path_regex for it, or one without as the last`,
  })
}

/** What expressions are matched against: the path below the folder of the policy, or else the whole path. */
export function matchedName(folder: string, path: string): string {
  const below = relative(folder, path)
  const outside = below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)
  return outside ? path : below
}

async function matches(rule: CreationRule, name: string, file: string): Promise<boolean> {
  if (rule.pathRegex === undefined) return true
  try {
    const regex = await compileRegex(rule.pathRegex, 'path_regex')
    // rules are written with slashes; sops on Windows only knows backslashes (getsops/sops#892)
    return regex(name) || (sep === '\\' && regex(name.replaceAll('\\', '/')))
  } catch (error) {
    throw error instanceof BullaError ? error.at({ file, line: rule.line }) : error
  }
}
