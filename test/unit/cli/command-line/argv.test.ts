import { Command, type Option } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'
import { readCommandLine } from '../../../../src/cli/command-line/argv.ts'
import { SWITCHES, WITH_VALUE } from '../../../../src/cli/command-line/option-names.ts'
import { COMMANDS } from '../../../../src/cli/commands.ts'
import { failure } from '../../../helpers/failure.ts'
import { fakeIo } from '../../../helpers/fake-io.ts'

const noDefinitions = () => Promise.reject(new Error('not asked for'))
const read = (line: string) => readCommandLine(line === '' ? [] : line.split(' '))

describe('a command line', () => {
  const lines: [string, string | undefined, string][] = [
    ['encrypt a', 'encrypt', 'a'],
    ['encrypt a -i', 'encrypt', 'a -i'],
    ['-i encrypt a', 'encrypt', '-i a'],
    ['--config c encrypt a', 'encrypt', '--config c a'],
    ['--config encrypt decrypt a', 'decrypt', '--config encrypt a'],
    ['a encrypt', undefined, 'a encrypt'],
    ['decrypt encrypt', 'decrypt', 'encrypt'],
    ['./decrypt', undefined, './decrypt'],
    ['', undefined, ''],
    ['decrypt -', 'decrypt', '-'],
    // old forms
    ['-d a', 'decrypt', 'a'],
    ['-e a', 'encrypt', 'a'],
    ['a -d', 'decrypt', 'a'],
    ['--decrypt a', 'decrypt', 'a'],
    ['-decrypt a', 'decrypt', 'a'],
    ['--encrypt=true a', 'encrypt', 'a'],
    ['-e=false -d a', 'decrypt', 'a'],
    ['--decrypt=0 a', undefined, 'a'],
    ['-d -i a', 'decrypt', '-i a'],
    ['-d decrypt a', 'decrypt', 'a'],
    // what has nothing to do is passed over, beside an old form and before a command
    ['--aws-profile p -d a', 'decrypt', 'a'],
    ['-d a --age x --encrypted-regex=y', 'decrypt', 'a'],
    ['--age x decrypt a', 'decrypt', 'a'],
    ['decrypt --age x a', 'decrypt', '--age x a'],
    ['--aws-profile p updatekeys a', 'updatekeys', 'a'],
    ['--verbose --indent 2 filestatus a', 'filestatus', 'a'],
    ['--output-type json filestatus a', 'filestatus', 'a'],
    ['-d -- --age', 'decrypt', '-- --age'],
    // but not what looks as if it did something
    ['-r --age x a', 'rotate', '--age x a'],
    ['--age x -e a', 'encrypt', '--age x a'],
    ['--in-place -e a', 'encrypt', '--in-place a'],
    // one dash is two
    ['decrypt -extract p a', 'decrypt', '--extract p a'],
    ['decrypt -extract=p a', 'decrypt', '--extract=p a'],
    ['decrypt -in-place a', 'decrypt', '--in-place a'],
    ['decrypt -extarct p a', 'decrypt', '--extarct p a'],
    // switches with a value
    ['decrypt -i=true a', 'decrypt', '-i a'],
    ['decrypt --ignore-mac=T a', 'decrypt', '--ignore-mac a'],
    ['decrypt --ignore-mac=false a', 'decrypt', 'a'],
    ['decrypt --ignore-mac a', 'decrypt', '--ignore-mac a'],
    ['decrypt --enable-local-keyservice a', 'decrypt', 'a'],
    ['decrypt --enable-local-keyservice=1 a', 'decrypt', 'a'],
    ['decrypt --enable-local-keyservice=F a', 'decrypt', '--enable-local-keyservice=false a'],
    // a value may look like anything
    ['decrypt --extract -d a', 'decrypt', '--extract -d a'],
    ['encrypt --indent -1 a', 'encrypt', '--indent -1 a'],
    ['encrypt --encrypted-regex=^a=b$ a', 'encrypt', '--encrypted-regex=^a=b$ a'],
    ['decrypt a --output', 'decrypt', 'a --output'],
    // behind two dashes everything is a path
    ['decrypt -- -d --output', 'decrypt', '-- -d --output'],
    ['-- decrypt', undefined, '-- decrypt'],
    // the version is asked for before a command
    ['-v decrypt', undefined, '-v decrypt'],
    ['decrypt -v', 'decrypt', '-v'],
  ]

  it.each(lines)('is read as sops users mean it: %s', (line, command, args) => {
    expect(read(line)).toEqual({ command, args: args === '' ? [] : args.split(' ') })
  })

  const refused: [string, string, string][] = [
    ['-d -e a', 'decrypt and encrypt exclude each other', 'run two commands'],
    ['-d encrypt a', 'encrypt and decrypt exclude each other', 'run two commands'],
    ['-di a', 'short options cannot be written as one', 'write -d -i'],
    ['decrypt -iq a', 'short options cannot be written as one', 'write -i -q'],
    [
      'decrypt --ignore-mac=maybe a',
      '--ignore-mac is either true or false',
      'write --ignore-mac, or --ignore-mac=false',
    ],
    ['--decrypt= a', '--decrypt is either true or false', 'write --decrypt, or --decrypt=false'],
  ]

  it.each(refused)('is refused: %s', (line, message, hint) => {
    expect(failure(() => read(line))).toMatchObject({ code: 'ERR_USAGE', message, hint })
  })
})

describe('the lists of options', () => {
  const options: Option[] = []
  beforeAll(async () => {
    for (const [name, { load }] of Object.entries(COMMANDS)) {
      const command = new Command(name)
      ;(await load()).define(command, fakeIo(), () => undefined, [], noDefinitions)
      options.push(...command.options)
    }
  })
  const namesOf = (wanted: boolean) =>
    options
      .filter((option) => (option.required || option.optional) === wanted)
      .flatMap((option) => [option.long, option.short].flatMap((flag) => flag?.replace(/^--?/, '') ?? []))
  // known without a command, or to commander itself
  const elsewhere = ['help', 'h', 'version', 'v', 'disable-version-check', 'check-for-updates']

  it('are those that the commands declare', () => {
    const switchWithValue = 'enable-local-keyservice'
    expect([...WITH_VALUE].sort()).toEqual(
      [...new Set(namesOf(true))].filter((name) => name !== switchWithValue).sort(),
    )
    expect([...SWITCHES].sort()).toEqual([...new Set([...namesOf(false), ...elsewhere, switchWithValue])].sort())
  })

  it('do not hold a name that is a command or an old form', () => {
    const taken = [...Object.keys(COMMANDS), 'd', 'e', 'r']
    expect([...WITH_VALUE, ...SWITCHES].filter((name) => taken.includes(name))).toEqual([])
  })
})
