import { UsageError } from '../../errors.ts'
import { type CommandName, isCommand } from '../commands.ts'
import { withoutIdle } from './idle-options.ts'
import { SWITCHES, WITH_VALUE } from './option-names.ts'

export interface CommandLine {
  /** The first word that is no option, when it is a command; or the one an old form stands for. */
  readonly command: CommandName | undefined
  /** Everything else, options spelled as commander knows them. */
  readonly args: readonly string[]
}

/** On when they are not named: what counts is that they are switched off. */
const ON_BY_DEFAULT = '--enable-local-keyservice'

/** sops's switches from before it had commands: `sops -d FILE`. */
const OLD_FORMS: Readonly<Record<string, CommandName>> = {
  '--encrypt': 'encrypt',
  '-e': 'encrypt',
  '--decrypt': 'decrypt',
  '-d': 'decrypt',
  '--rotate': 'rotate',
  '-r': 'rotate',
}

/** sops's old form of `set`: `sops --set 'PATH VALUE' FILE`. */
const OLD_SET = '--set'

/** Go's spellings of booleans. */
const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True']
const FALSE = ['0', 'f', 'F', 'false', 'FALSE', 'False']

/**
 * Find the command in a command line as users of sops write it: options anywhere, long ones also with one dash, switches
 * also as `--switch=false`, and the old forms `-d FILE` and `--set 'PATH VALUE' FILE`.
 *
 * @throws UsageError `ERR_USAGE`
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const end = argv.indexOf('--')
  const words = end < 0 ? argv : argv.slice(0, end)
  const behind = end < 0 ? [] : argv.slice(end)
  const args: string[] = []
  const old: CommandName[] = []
  let toSet: string | undefined
  let command: CommandName | undefined
  let hasWord = false
  let early = Number.POSITIVE_INFINITY
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    if (!word.startsWith('-') || word === '-' || /^-[0-9.]+$/.test(word)) {
      if (!hasWord && isCommand(word) && !args.some(asksVersion)) {
        command = word
        early = args.length
      } else args.push(word)
      hasWord = true
      continue
    }
    const option = longForm(word)
    const form = OLD_FORMS[option.replace(/=.*$/s, '')]
    if (option === OLD_SET || option.startsWith(`${OLD_SET}=`)) {
      old.push('set')
      toSet = option === OLD_SET ? words[++index] : option.slice(OLD_SET.length + 1)
    } else if (form !== undefined) {
      if (isOn(option)) old.push(form)
    } else if (WITH_VALUE.has(nameOf(option)) && !option.includes('=')) {
      args.push(option, ...words.slice(index + 1, index + 2))
      index += 1
    } else args.push(...switchForm(option))
  }
  const found = oneOf([...(command === undefined ? [] : [command]), ...old])
  const used = withoutIdle(found, args, early)
  if (toSet === undefined) return { command: found, args: [...used, ...behind] }
  // the file may be named before or behind: path and value come last, where they cannot be taken for options
  return { command: found, args: [...used, ...(behind.length === 0 ? ['--'] : behind), ...pathAndValue(toSet)] }
}

/** Path and value stand in one word: like sops, cut behind the first bracket that a blank follows. */
function pathAndValue(text: string): [path: string, value: string] {
  const bracket = text.search(/\][ \t]/)
  const end = bracket < 0 ? text.search(/[ \t]|$/) : bracket + 1
  return [text.slice(0, end), text.slice(end).trim()]
}

function asksVersion(option: string): boolean {
  return option === '-v' || option === '--version'
}

/** `-output` is `--output`. Short options stand alone, as in sops: `-io x` would otherwise be one thing here, another there. */
function longForm(word: string): string {
  const name = nameOf(word)
  if (word.startsWith('--') || name.length < 2) return word
  const letters = [...name]
  if (letters.every(isShort) && !isLong(name)) {
    throw new UsageError('ERR_USAGE', 'short options cannot be written as one', {
      hint: `write ${letters.map((letter) => `-${letter}`).join(' ')}`,
    })
  }
  return `-${word}`
}

function isShort(letter: string): boolean {
  return WITH_VALUE.has(letter) || SWITCHES.has(letter) || Object.hasOwn(OLD_FORMS, `-${letter}`)
}

function isLong(name: string): boolean {
  return WITH_VALUE.has(name) || SWITCHES.has(name)
}

function nameOf(option: string): string {
  return option.replace(/^--?/, '').replace(/=.*$/s, '')
}

/** A switch with its value taken off; nothing for one that is switched off. */
function switchForm(option: string): string[] {
  if (!SWITCHES.has(nameOf(option))) return [option]
  const name = option.replace(/=.*$/s, '')
  if (name === ON_BY_DEFAULT) return isOn(option) ? [] : [`${name}=false`]
  return isOn(option) ? [name] : []
}

/** @throws UsageError `ERR_USAGE` */
function isOn(option: string): boolean {
  const [name = '', value] = option.split('=', 2)
  if (value === undefined || TRUE.includes(value)) return true
  if (FALSE.includes(value)) return false
  throw new UsageError('ERR_USAGE', `${name} is either true or false`, { hint: `write ${name}, or ${name}=false` })
}

function oneOf(commands: readonly CommandName[]): CommandName | undefined {
  const [first, ...others] = commands
  const other = others.find((command) => command !== first)
  if (other === undefined) return first
  throw new UsageError('ERR_USAGE', `${first} and ${other} exclude each other`, { hint: 'run two commands' })
}
