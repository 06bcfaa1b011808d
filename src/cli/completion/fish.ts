import { type CommandModel, type CompletionModel, type Offer, type OptionModel, valuedSpellings } from './model.ts'

/** A completion script for fish 3 and newer. */
export function fishScript(model: CompletionModel): string {
  const { program, itself, commands } = model
  const line = (...words: readonly string[]) =>
    `complete -c ${program} ${words.filter((word) => word !== '').join(' ')}\n`
  const option = (condition: string, { long, short, about, value }: OptionModel) =>
    line(
      `-n ${quoted(condition)}`,
      short === undefined ? '' : `-s ${short.slice(1)}`,
      `-l ${long.slice(2)}`,
      value === undefined ? '' : `-r ${offered(value, program)}`,
      `-d ${quoted(about)}`,
    )
  const word = (name: string, offer: Offer, at: number, isLast: boolean) =>
    line(`-n ${quoted(`__${program}_at ${name} ${at}${isLast ? ' on' : ''}`)}`, offered(offer, program))
  const ofCommand = ({ name, options, words }: CommandModel) => [
    ...options.map((model) => option(`__${program}_is ${name}`, model)),
    ...words.map((offer, at) => word(name, offer, at, at === words.length - 1)),
  ]
  return `# fish completion for ${program}, made by "${program} completion fish"
function __${program}_words -d 'the words that are neither options nor values of options'
    set -l skip
    for word in (commandline -opc)[2..-1]
        if set -q skip[1]
            set -e skip
            continue
        end
        switch $word
            case --
                break
            case ${valuedSpellings(model).join(' ')}
                set skip 1
            case '-*'
            case '*'
                echo -- $word
        end
    end
end
function __${program}_recipients -d 'names of recipients; nothing is started'
    set -l folder $PWD
    while true
        for file in $folder/.bulla/recipients/*.yaml
            string replace -r '^.*/(.*)\\.yaml$' '$1' -- $file
        end
        if test -d $folder/.bulla/recipients -o -e $folder/.git -o "$folder" = /
            return
        end
        set folder (string replace -r '/[^/]*$' '' -- $folder)
        test -n "$folder"
        or set folder /
    end
end
function __${program}_none -d 'there is no command yet'
    test (count (__${program}_words)) -eq 0
end
function __${program}_is -d 'the command is this one'
    set -l words (__${program}_words)
    test "$words[1]" = $argv[1]
end
function __${program}_at -d 'so many words stand behind this command; or more, with "on"'
    set -l words (__${program}_words)
    test "$words[1]" = $argv[1]
    or return 1
    set -l behind (math (count $words) - 1)
    test $behind -eq $argv[2]
    or test (count $argv) -eq 3 -a $behind -ge $argv[2]
end
complete -c ${program} -e
${[
  ...itself.options.map((model) => option(`__${program}_none`, model)),
  ...commands.map(({ name, about }) => line(`-n __${program}_none`, '-f', `-a ${name}`, `-d ${quoted(about)}`)),
  ...commands.flatMap(ofCommand),
].join('')}`
}

function offered(offer: Offer, program: string): string {
  if (typeof offer === 'string') {
    const recipients = `-f -a '(__fish_complete_list , __${program}_recipients)'`
    return { files: '-F', folders: "-f -a '(__fish_complete_directories)'", recipients, nothing: '-f' }[offer]
  }
  return `-f -a ${quoted(offer.join(' '))}`
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`
}
