import { dirname, join, posix } from 'node:path'
import { type CreationRule, parseConfig, type SopsConfig } from '../../config/config.ts'
import { findRule } from '../../config/match.ts'
import { isBullaError } from '../../errors.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import type { World } from '../ports.ts'
import { attributePatterns, exactPattern, FORMAT_PATTERNS } from './attribute-patterns.ts'
import type { FileStep } from './step.ts'

const DRIVERS = 'diff=bulla merge=bulla'
const HEAD = '# sealed files are compared and merged by their values (in a clone: run "bulla init")'
/** Files that are named one by one; more than these are left to the patterns. */
const MAX_NAMED = 200

/** A policy in the repository. */
export interface PlacedPolicy {
  /** Where it stands, from the root, with slashes; empty for the root. */
  readonly folder: string
  readonly config: SopsConfig
}

/** Policies of the work tree that can be read. @param paths - of policies, from the root */
export async function placedPolicies(
  root: string,
  paths: readonly string[],
  { files }: Pick<World, 'files'>,
): Promise<PlacedPolicy[]> {
  const found: PlacedPolicy[] = []
  for (const path of paths) {
    const bytes = await files.read(join(root, path))
    const config = bytes === undefined ? undefined : parsed(bytes, join(root, path))
    if (config !== undefined) found.push({ folder: posix.dirname(path) === '.' ? '' : posix.dirname(path), config })
  }
  return found
}

/** One that is broken is told of where it is used. */
function parsed(bytes: Uint8Array, path: string): SopsConfig | undefined {
  try {
    return parseConfig(bytes, path)
  } catch (error) {
    if (isBullaError(error)) return undefined
    throw error
  }
}

/**
 * Patterns for `.gitattributes` that cover all files that rules match.
 *
 * @param tracked - paths in the repository
 */
export async function driverPatterns(policies: readonly PlacedPolicy[], tracked: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  for (const { folder, config } of policies) {
    for (const rule of config.rules ?? []) {
      const patterns = rule.pathRegex === undefined ? undefined : attributePatterns(rule.pathRegex, folder)
      for (const pattern of patterns ?? FORMAT_PATTERNS) found.add(pattern)
      if (patterns !== undefined || rule.pathRegex === undefined) continue
      for (const path of await matched(rule, { folder, config }, tracked)) found.add(exactPattern(path))
    }
  }
  return [...found]
}

/** What an expression that cannot be said in patterns matches beyond the usual names. */
async function matched(rule: CreationRule, policy: PlacedPolicy, tracked: readonly string[]): Promise<string[]> {
  const prefix = policy.folder === '' ? '' : `${policy.folder}/`
  const others = tracked.filter((path) => path.startsWith(prefix) && !/\.(?:ya?ml|json|env|ini)$/.test(path))
  const found: string[] = []
  for (const path of others) {
    if (found.length >= MAX_NAMED) break
    try {
      const file = join(dirname(policy.config.path), path.slice(prefix.length))
      if ((await findRule(policy.config, file)).rule?.index === rule.index) found.push(path)
    } catch {
      return found // the expression is invalid: the policy is told to be wrong elsewhere
    }
  }
  return found
}

/** Whether `init` has written to a `.gitattributes`. */
export function isSetUp(text: string): boolean {
  return linesOf(text).has(HEAD)
}

/** Those that a `.gitattributes` does not give to bulla. */
export function missingPatterns(text: string, patterns: readonly string[]): string[] {
  const known = linesOf(text)
  return patterns.filter((pattern) => !known.has(`${pattern} ${DRIVERS}`))
}

function linesOf(text: string): Set<string> {
  return new Set(text.split(/\r?\n/).map((line) => line.trim()))
}

/** What `.gitattributes` lacks; undefined when it lacks nothing. @param root - of the work tree, absolute */
export async function attributesStep(
  root: string,
  patterns: readonly string[],
  { files }: Pick<World, 'files'>,
): Promise<FileStep | undefined> {
  const path = join(root, '.gitattributes')
  const before = (await files.kind(path)) === 'file' ? await files.open(path) : undefined
  const text = before === undefined ? '' : decodeText(before.bytes)
  const missing = missingPatterns(text, patterns).map((pattern) => `${pattern} ${DRIVERS}`)
  if (missing.length === 0) return undefined
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const gap = text === '' || text.endsWith('\n') ? '' : end
  const lines = [...(isSetUp(text) ? [] : [HEAD]), ...missing]
  const after = encodeText(`${text}${gap}${lines.join(end)}${end}`)
  const about = `the drivers for ${missing.length === 1 ? missing[0]?.slice(0, -DRIVERS.length - 1) : `${missing.length} patterns`}`
  return { kind: 'file', path, about, before, after }
}

/** Numbers of the lines of a `.gitattributes` that say themselves how files are compared or merged: what stands last wins. */
export function ownDrivers(text: string): number[] {
  return text.split('\n').flatMap((line, index) => {
    const [pattern = '', ...attributes] = line.trim().split(/\s+/)
    const isOwn = attributes.some((word) => /^(?:[-!]?(?:diff|merge)|(?:diff|merge)=(?!bulla$).*)$/.test(word))
    return isOwn && !pattern.startsWith('#') && !/\.(?:png|jpe?g|gif|pdf|svg|ico|woff2?)$/.test(pattern)
      ? [index + 1]
      : []
  })
}
