import { allOptions, type CompletionModel, type Offer, spellings, valuedSpellings } from './model.ts'

/** A completion script for Windows PowerShell 5.1 and PowerShell 7. Where nothing is offered, it offers files itself. */
export function powershellScript(model: CompletionModel): string {
  const { program, itself, commands } = model
  const table = (pairs: readonly (readonly [string, string])[], indent: string) =>
    pairs.map(([key, value]) => `${indent}${quoted(key)} = ${value}\n`).join('')
  const options = [itself, ...commands].map(
    (command) =>
      `        ${quoted(command.name)} = [ordered]@{\n${table(
        command.options.map(({ long, about }) => [long, quoted(about)] as const),
        '            ',
      )}        }\n`,
  )
  return `# PowerShell completion for ${program}, made by "${program} completion powershell"
Register-ArgumentCompleter -Native -CommandName ${quoted(program)} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $exactly = [System.StringComparison]::Ordinal
    $recipients = @()
    for ($folder = $PWD.ProviderPath; $folder; $folder = Split-Path -Parent $folder) {
        $place = Join-Path $folder '.bulla/recipients'
        if (Test-Path -LiteralPath $place -PathType Container) {
            $recipients = @(Get-ChildItem -LiteralPath $place -Filter '*.yaml' | ForEach-Object { $_.BaseName } | Where-Object { $_ -cmatch '^[a-z0-9][a-z0-9._-]*$' })
            break
        }
        if (Test-Path -LiteralPath (Join-Path $folder '.git')) { break }
    }
    $commands = [ordered]@{
${table(
  commands.map(({ name, about }) => [name, quoted(about)] as const),
  '        ',
)}    }
    $options = @{
${options.join('')}    }
    $valued = ${list(valuedSpellings(model))}
    $values = @{
${table(
  allOptions(model).flatMap((option) => spellings(option).flatMap((name) => words(name, option.value))),
  '        ',
)}    }
    $arguments = @{
${table(
  commands.flatMap(({ name, words: offers }) => offers.flatMap((offer, at) => words(`${name} ${at}`, offer))),
  '        ',
)}    }
    $command = ''
    $option = ''
    $position = 0
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition) { break }
        $text = $element.Extent.Text
        if ($text -ceq '--') { return }
        if ($option -ne '') { $option = '' }
        elseif ($valued -ccontains $text) { $option = $text }
        elseif ($text.StartsWith('-', $exactly)) { }
        elseif ($command -eq '') { $command = $text }
        else { $position += 1 }
    }
    $offered = [ordered]@{}
    if ($option -ne '') { foreach ($word in $values[$option]) { $offered[$word] = $word } }
    elseif ($wordToComplete.StartsWith('-', $exactly)) { if ($options.ContainsKey($command)) { $offered = $options[$command] } }
    elseif ($command -eq '') { $offered = $commands }
    else { foreach ($word in $arguments["$command $position"]) { $offered[$word] = $word } }
    # lists have commas
    $head = $wordToComplete -replace '[^,]*$', ''
    $tail = $wordToComplete.Substring($head.Length)
    foreach ($word in @($offered.Keys)) {
        if ($word.StartsWith($tail, $exactly)) {
            [System.Management.Automation.CompletionResult]::new($head + $word, $word, 'ParameterValue', $offered[$word])
        }
    }
}
`
}

function words(key: string, offer: Offer | undefined): [string, string][] {
  if (offer === 'recipients') return [[key, '$recipients']]
  return offer === undefined || typeof offer === 'string' ? [] : [[key, list(offer)]]
}

function list(texts: readonly string[]): string {
  return `@(${texts.map(quoted).join(', ')})`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
