import { allOptions, type CompletionModel, type Offer, spellings, valuedSpellings } from './model.ts'

/** A completion script for bash 3.2 and newer, without the package bash-completion. */
export function bashScript(model: CompletionModel): string {
  const { program, itself, commands } = model
  const everything = [itself, ...commands]
  const names = commands.map(({ name }) => name).join(' ')
  const actions: Actions = { files: ':', folders: FOLDERS, recipients: `_${program}_recipients` }
  return `# bash completion for ${program}, made by "${program} completion bash"
_${program}_recipients() {
    local folder=$PWD file
    while [[ -n $folder ]]; do
        for file in "$folder"/.bulla/recipients/*.yaml; do
            file=\${file##*/}
            file=\${file%.yaml}
            # nothing that compgen would take for more than a word
            if [[ $file =~ ^[a-z0-9][a-z0-9._-]*$ ]]; then words="$words $file"; fi
        done
        if [[ -d $folder/.bulla/recipients || -e $folder/.git ]]; then break; fi
        folder=\${folder%/*}
    done
    compopt +o default 2>/dev/null
    # lists have commas
    head=\${cur%"\${cur##*,}"}
    cur=\${cur##*,}
}
_${program}() {
    local cur=\${COMP_WORDS[COMP_CWORD]} word= command= option= skip= words= head= i position=0
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=\${COMP_WORDS[i]}
        # bash takes --option=value for three words
        if [[ $word == = ]]; then skip=1; continue; fi
        if [[ -n $skip ]]; then skip=; continue; fi
        option=$word
        case $word in
            --) return ;;
            ${valuedSpellings(model).join('|')}) skip=1 ;;
            -*) ;;
            *) if [[ -z $command ]]; then command=$word; else position=$((position + 1)); fi ;;
        esac
    done
    if [[ $cur == = ]]; then skip=1; cur=; fi
    if [[ -n $skip ]]; then
        case $option in
${allOptions(model)
  .flatMap((option) => (option.value === undefined ? [] : [branch(spellings(option).join('|'), option.value, actions)]))
  .join('')}            *) ${NOTHING} ;;
        esac
    elif [[ $cur == -* ]]; then
        case $command in
${everything
  .map(({ name, options }) =>
    branch(
      name || "''",
      options.map(({ long }) => long),
      actions,
    ),
  )
  .join('')}        esac
    elif [[ -z $command ]]; then
        words="${names}"
    else
        case $command:$position in
${commands.flatMap(({ name, words }) => words.map((offer, at) => branch(`${name}:${isLast(words, at) ? '*' : at}`, offer, actions))).join('')}            *) ${NOTHING} ;;
        esac
    fi
    if [[ -n $words ]]; then COMPREPLY=($(compgen -P "$head" -W "$words" -- "$cur")); fi
}
complete -o default -F _${program} ${program}
`
}

function isLast(words: readonly unknown[], at: number): boolean {
  return at === words.length - 1
}

/** compopt is not there in bash 3.2, where files are offered then. */
const NOTHING = 'compopt +o default 2>/dev/null'
const FOLDERS = 'compopt +o default -o dirnames 2>/dev/null'

type Actions = Readonly<Record<'files' | 'folders' | 'recipients', string>>

/** Nothing is offered where there is no branch. */
function branch(pattern: string, offer: Offer, actions: Actions): string {
  if (offer === 'nothing') return ''
  const action = typeof offer === 'string' ? actions[offer] : `words="${offer.join(' ')}"`
  return `            ${pattern}) ${action} ;;\n`
}
