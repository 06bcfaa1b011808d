import { type CommandModel, type CompletionModel, type Offer, type OptionModel, valuedSpellings } from './model.ts'

/** A completion script for zsh, as a file in `fpath` or to be sourced behind `compinit`. */
export function zshScript(model: CompletionModel): string {
  const { program, itself, commands } = model
  return `#compdef ${program}
# zsh completion for ${program}, made by "${program} completion zsh"
_${program}_recipients() {
    local folder=$PWD
    local -a names
    while true; do
        names=($folder/.bulla/recipients/*.yaml(N:t:r))
        if [[ -d $folder/.bulla/recipients || -e $folder/.git || $folder == / ]]; then break; fi
        folder=\${folder:h}
    done
    # lists have commas
    compset -P '*,'
    compadd -a names
}
_${program}() {
    local word command= skip=
    local -a commands specs
    integer i
    commands=(
${commands.map(({ name, about }) => `        ${quoted(`${name}:${about}`)}\n`).join('')}    )
    for ((i = 2; i < CURRENT; i++)); do
        word=\${words[i]}
        if [[ -n $skip ]]; then skip=; continue; fi
        case $word in
            --) break ;;
            ${valuedSpellings(model).join('|')}) skip=1 ;;
            -*) ;;
            *) command=$word; break ;;
        esac
    done
    case $command in
${[itself, ...commands].map((command) => branch(command, program)).join('')}        *) _files; return ;;
    esac
    if [[ -z $command && -z $skip && \${words[CURRENT]} != -* ]]; then
        _describe -t commands command commands || _files
    else
        _arguments -S : "\${specs[@]}"
    fi
}
if [[ \${funcstack[1]} == _${program} ]]; then _${program} "$@"; else compdef _${program} ${program}; fi
`
}

/** The command itself is the first word that _arguments counts. */
function branch({ name, options, words }: CommandModel, program: string): string {
  const positions = words.map(
    // one more colon, and what comes after it would be offered in its place, too
    (offer, at) => `${at === words.length - 1 ? '*' : at + 2}: :${action(offer, program)}`,
  )
  const lines = [
    ...options.flatMap((option) => specs(option, program)),
    ...(name === '' ? [] : ['1: :()', ...positions]),
  ]
  return `        ${name || "''"}) specs=(\n${lines.map((line) => `            ${quoted(line)}\n`).join('')}        ) ;;\n`
}

/** Both spellings, and each time again: some options add up, and bulla says so of those that do not. */
function specs({ long, short, about, value }: OptionModel, program: string): string[] {
  const text = `[${about.replaceAll(/[\\[\]:]/g, '\\$&')}]`
  const behind = value === undefined ? text : `${text}: :${action(value, program)}`
  return [...(short === undefined ? [] : [`*${short}${behind}`]), `*${long}${value === undefined ? '' : '='}${behind}`]
}

function action(offer: Offer, program: string): string {
  if (typeof offer === 'string')
    return { files: '_files', folders: '_files -/', recipients: `_${program}_recipients`, nothing: '()' }[offer]
  return `(${offer.join(' ')})`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
