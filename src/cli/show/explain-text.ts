import type { ExplainResult, Explanation, SealedExplanation } from '../../operations/explain/explain.ts'
import {
  mayBeForSops,
  type Reader,
  type ReaderDrift,
  type Readers,
  usableWrappings,
} from '../../operations/explain/readers.ts'
import type { RuleExplanation, Settings } from '../../operations/explain/rule.ts'
import type { ValueCounts } from '../../operations/explain/values.ts'
import { printable, shortPath } from './messages.ts'

/** More names of keys than this are counted: `--json` has all. */
const MAX_PATHS = 12
/** A policy may have hundreds of rules; those next to the one that matches matter most. */
const MAX_PASSED = 8
const INDENT = ' '.repeat(12)

/** An explanation as people read it, many lines; nothing in it can steer a terminal. */
export function explanationText(explanation: Explanation, places: ExplainResult['places'], cwd: string): string {
  const { file, format, state, sealed, values } = explanation
  const about = { sealed: 'sealed', plain: 'not sealed', unread: 'not looked at, only its name' }[state]
  const rows: Row[] = [
    ...ruleRows(explanation, cwd),
    ...(sealed === undefined ? saysRows(explanation) : sealedRows(sealed, places)),
    ...(values === undefined ? [] : valueRows(values, state)),
    ...(sealed === undefined ? [] : [...mismatchRows(sealed), ...driftRows(sealed)]),
  ]
  return [`${printable(shortPath(file, cwd))}: ${about} (${format})`, ...rows.flatMap(rowLines), ''].join('\n')
}

/** A word, and the lines beside it. */
type Row = readonly [string, readonly string[]]

function rowLines([name, lines]: Row): string[] {
  return lines.map((line, index) => `${index === 0 ? `  ${name}`.padEnd(INDENT.length) : INDENT}${printable(line)}`)
}

function ruleRows({ policyFile, rule, passed, ruleCount, matchedAs, problem }: RuleExplanation, cwd: string): Row[] {
  const policy: Row = ['policy', [policyFile === undefined ? 'none' : shortPath(policyFile, cwd)]]
  const matches =
    rule?.pathRegex === undefined
      ? 'has no path_regex: it matches every file'
      : `path_regex ${rule.pathRegex} matches ${matchedAs}`
  const chosen = rule === undefined ? [] : [`${rule.number} of ${ruleCount}, line ${rule.line}: ${matches}`]
  const left = passed.length - MAX_PASSED
  const before = [
    ...(left > 0 ? [`${left} rules before do not match`] : []),
    ...passed
      .slice(-MAX_PASSED)
      .map(({ number, line, pathRegex = '' }) => `${number}, line ${line}: path_regex ${pathRegex} does not match`),
  ]
  const none = rule === undefined && passed.length > 0 ? [`none matches ${matchedAs}`] : []
  return [
    policy,
    ...(chosen.length + before.length === 0 ? [] : [['rule', [...chosen, ...none, ...before]] as const]),
    ...(problem === undefined ? [] : [['problem', [`${problem}: encrypt would refuse this file`]] as const]),
  ]
}

function saysRows({ says }: RuleExplanation): Row[] {
  if (says === undefined) return []
  return [
    ['readers', readerLines(says.readers)],
    ['selector', settingLines(says)],
  ]
}

function sealedRows(sealed: SealedExplanation, places: ExplainResult['places']): Row[] {
  return [
    ['written', [`${sealed.lastModified}, version ${sealed.version === '' ? 'unknown' : sealed.version}`]],
    ['readers', readerLines(sealed.readers)],
    ['opens', openingLines(sealed, places)],
    ['selector', settingLines(sealed)],
  ]
}

function readerLines({ groups, needed }: Readers): string[] {
  const [only, ...others] = groups
  if (only !== undefined && others.length === 0) return only.map(readerLine)
  return [
    `${groups.length} key groups, ${needed} of them open the file`,
    ...groups.flatMap((group, index) => [`group ${index}`, ...group.map((reader) => `  ${readerLine(reader)}`)]),
  ]
}

function readerLine({ shown, name, mine, mismatch, calls, wrappings, problem }: Reader): string {
  const parts = [
    name === undefined ? '' : ` (${name})`,
    mismatch === undefined ? '' : `: ${mismatch}`,
    mine.length === 0 ? '' : `, yours: ${mine.join(', ')}`,
    wrappings === undefined ? '' : `, wrapped by ${wrappings.map(wrappingText).join(', or ')}`,
    calls === undefined ? '' : `, of ${calls}`,
    problem === undefined || problem === mismatch ? '' : `, ${problem}`,
  ]
  return `${shown}${parts.join('')}`
}

function wrappingText({ by, problem }: NonNullable<Reader['wrappings']>[number]): string {
  return problem === undefined ? by : `${by} (${problem})`
}

function openingLines({ opening, readers }: SealedExplanation, places: ExplainResult['places']): string[] {
  const used = places.filter(({ place }) => readers.groups.flat().some(({ mine }) => mine.includes(place)))
  if (opening === 'yes') return [`yes, with ${used.map(({ place, file }) => withFile(place, file)).join(', ')}`]
  const waiting = places.flatMap(({ place, file, needs }) =>
    needs === undefined ? [] : [`${withFile(place, file)} ${ASKS[needs]}`],
  )
  const asked = readers.groups
    .flat()
    .flatMap(({ calls, problem }) => (calls === undefined || problem !== undefined ? [] : [`${calls} would be asked`]))
  const unwrapped = readers.groups.flat().flatMap((reader) => {
    const [first] = usableWrappings(reader)
    return first === undefined
      ? []
      : [`${first.by} would unwrap the identity of ${reader.name}: one call for all files`]
  })
  if (opening === 'maybe') return [`perhaps: ${[...unwrapped, ...waiting, ...new Set(asked)].join('; ')}`]
  const { groups, needed } = readers
  const held = groups.filter((group) => group.some(({ mine }) => mine.length > 0)).length
  if (held > 0) return [`no: your keys open ${held} of the ${needed} key groups that are needed`]
  const looked = places.filter(({ isAbsent }) => !isAbsent).map(({ place }) => place)
  const others = mayBeForSops(readers) ? ['sops may: keys that only it can use are not looked for'] : []
  return [`no: ${looked.length === 0 ? 'you have no key' : `no key of it in ${looked.join(', ')}`}`, ...others]
}

const ASKS = { passphrase: 'would ask for a passphrase', command: 'would run a command' } as const

function withFile(place: string, file: string | undefined): string {
  return file === undefined || file === place ? place : `${place} (${file})`
}

function settingLines({ selector, macOnlyEncrypted }: Settings): string[] {
  const what = selector === undefined ? 'the whole file' : `${selector.field} ${selector.pattern}`
  return [`${what}${macOnlyEncrypted ? ', mac_only_encrypted: the MAC covers only what is sealed' : ''}`]
}

function valueRows(values: ValueCounts, state: Explanation['state']): Row[] {
  const { sealed, clear, sealedComments, clearPaths, unsealedPaths } = values
  const comments = sealedComments === 0 ? '' : `, ${plural(sealedComments, 'comment')} sealed`
  const would = state === 'plain' ? 'encrypt would leave ' : ''
  const lines = [`${would}${plural(sealed, 'value')} sealed, ${clear} clear${comments}`]
  if (clearPaths.length > 0) lines.push(`clear: ${pathList(clearPaths)}`)
  if (unsealedPaths.length > 0) lines.push(`in clear although the selector seals them: ${pathList(unsealedPaths)}`)
  return [['values', lines]]
}

function pathList(paths: ValueCounts['clearPaths']): string {
  const left = paths.length - MAX_PATHS
  const names = paths.slice(0, MAX_PATHS).map((path) => (path.length === 0 ? '(the root)' : path.join('.')))
  return `${names.join(', ')}${left > 0 ? ` and ${left} more (--json has all)` : ''}`
}

function mismatchRows({ readers }: SealedExplanation): Row[] {
  const count = readers.groups.flat().filter(({ mismatch }) => mismatch !== undefined).length
  if (count === 0) return []
  const found = `${plural(count, 'entry', 'entries')} of readers not as named: only whoever wrote that knows who reads it`
  return [['problem', [found, '"bulla rotate" makes a new data key for those that are named']]]
}

function driftRows({ drift, readers }: SealedExplanation): Row[] {
  if (drift === undefined) return []
  const { added, removed, settings } = drift
  // another group may have the same key
  const several = readers.groups.length > 1 || [...added, ...removed].some(({ group }) => group > 0)
  const line = ({ group, reader }: ReaderDrift['added'][number]) =>
    `${readerLine(reader)}${several ? `, group ${group}` : ''}`
  const lines = [
    ...added.map((item) => `the rule adds ${line(item)}`),
    ...removed.map((item) => `the rule does not have ${line(item)}`),
    ...settings.map(({ name, file, rule }) => `${name}: ${file} in the file, ${rule} in the rule`),
  ]
  if (lines.length === 0) return [['drift', ['none: the file is as the rule says']]]
  const reads = added.length + removed.length > 0 || settings.some(({ name }) => name === 'shamir_threshold')
  const seals = settings.some(({ name }) => name !== 'shamir_threshold')
  return [
    ['drift', lines],
    [
      'to do',
      [
        ...(reads ? ['"bulla updatekeys" gives it the readers of the rule'] : []),
        ...(seals ? ['decrypt it and encrypt it again to seal what the rule says'] : []),
      ],
    ],
  ]
}

function plural(count: number, word: string, several = `${word}s`): string {
  return `${count} ${count === 1 ? word : several}`
}
