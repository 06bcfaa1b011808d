import { basename, dirname, join } from 'node:path'
import type { CreationRule, SopsConfig } from '../../config/config.ts'
import { BullaError } from '../../errors.ts'
import { compileRegex, compileSelector } from '../../format/selector.ts'
import { displayName, keyName } from '../../keys/key-name.ts'
import type { Keyring } from '../../keys/keyring.ts'
import { PolicyFinder, thresholdProblem } from '../policy.ts'
import type { World } from '../ports.ts'
import { type Check, failed, fine, note, problem } from './check.ts'

const TODO = 'correct the policy there'

/** Whether the policy that counts here is valid, rule by rule: also those that no file was matched against yet. */
export async function policyChecks({ files, cwd, configPath, keyring }: World): Promise<Check[]> {
  try {
    const found = await new PolicyFinder(files, cwd, configPath).config(undefined)
    if (found.config === undefined) return [missing(found.notes)]
    const { config } = found
    const checks = await ruleChecks(config, keyring)
    const notes = [...found.notes.map((text) => note('policy', text, TODO)), ...(await linkNotes(config.path, files))]
    const count = config.rules?.length ?? 0
    const isFine = checks.every(({ state }) => state !== 'problem')
    const summary = fine('policy', `${config.path}: ${count} ${count === 1 ? 'rule' : 'rules'}`)
    return [...(isFine ? [summary] : []), ...checks, ...notes]
  } catch (error) {
    return [failed('policy', error, TODO)]
  }
}

/** Commands follow a link; hooks see what git records of it. */
async function linkNotes(path: string, files: World['files']): Promise<Check[]> {
  const here = join(await files.realPath(dirname(path)), basename(path))
  if ((await files.realPath(path)) === here) return []
  const found = `${path} is a symbolic link: hooks and "bulla check" judge what git records, and that is only where it leads`
  return [note('policy', found, 'put the policy itself there')]
}

/** @param notes - what may have been meant as one */
function missing([misnamed]: readonly string[]): Check {
  const todo = 'make one with "bulla init", or name readers with --age; decrypt works without'
  return misnamed === undefined
    ? note('policy', 'no .sops.yaml here or above', todo)
    : note('policy', misnamed, 'rename it')
}

async function ruleChecks(config: SopsConfig, keyring: Keyring): Promise<Check[]> {
  if (config.rules === undefined) {
    return [note('policy', `${config.path}: no creation_rules`, 'add rules that say who reads what')]
  }
  const checks: Check[] = []
  let catchAll: CreationRule | undefined
  for (const rule of config.rules) {
    const place = `${config.path}:${rule.place('').line}: rule ${rule.index + 1}`
    if (catchAll !== undefined) {
      const found = `${place} is never reached: rule ${catchAll.index + 1} has no path_regex and matches every file`
      checks.push(note('policy', found, 'put the rule for everything last'))
    }
    if (rule.pathRegex === undefined) catchAll ??= rule
    if (rule.groups.length === 0 || rule.groups.some((group) => group.length === 0)) {
      checks.push(problem('policy', `${place} names no keys, or has an empty key group`, 'add readers to it'))
    }
    const wrong = thresholdProblem(rule.groups.length, rule.shamirThreshold)
    if (wrong !== undefined) checks.push(problem('policy', `${place}: ${wrong}`, 'change the number, or the groups'))
    checks.push(...(await brokenParts(rule, config.path, keyring)))
    checks.push(...(await refusedServices(rule, place, keyring)))
  }
  return checks
}

async function brokenParts(rule: CreationRule, file: string, keyring: Keyring): Promise<Check[]> {
  const { pathRegex, selector, groups } = rule
  const parts: { readonly field: string; readonly use: () => unknown }[] = [
    ...(pathRegex === undefined ? [] : [{ field: 'path_regex', use: () => compileRegex(pathRegex, 'path_regex') }]),
    ...(selector === undefined ? [] : [{ field: selector.field, use: () => compileSelector(selector) }]),
    ...groups.flat().map((key) => ({ field: key.type, use: () => keyring.masterKey(key) })),
  ]
  const checks: Check[] = []
  for (const { field, use } of parts) {
    try {
      await use()
    } catch (error) {
      checks.push(
        failed('policy', error instanceof BullaError ? error.at({ file, ...rule.place(field) }) : error, TODO),
      )
    }
  }
  return checks
}

/** Keys of services that are malformed, or are not called from here. */
async function refusedServices({ groups }: CreationRule, place: string, keyring: Keyring): Promise<Check[]> {
  const checks: Check[] = []
  for (const key of groups.flat()) {
    const call = await keyring.about(key)
    if (call?.problem === undefined) continue
    const found = `${place}: ${displayName(key.type, keyName(key))}: ${call.problem}`
    if (call.whose === undefined) checks.push(problem('policy', found, TODO))
    else
      checks.push(note('policy', found, 'allow it if you know it (docs/environment.md); files of others need it not'))
  }
  return checks
}
