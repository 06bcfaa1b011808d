import type { HookName } from '../hooks/hook-names.ts'

/** How the hook is called that was there before. */
export const KEPT_SUFFIX = '.before-bulla'

/** The second line of every hook of ours. */
export const HOOK_MARK =
  "# bulla: stops what should not be in the repository in clear. One commit is let pass with BULLA_ALLOW='why'."

const GIVES_INPUT: readonly HookName[] = ['pre-push', 'pre-receive']

/**
 * A line for hooks that others write: stops where bulla is missing, and says how to go on.
 *
 * @param skip - what goes in front of a command of git to go without hooks
 */
export function guardLine(skip: string): string {
  const hint = `npm install --global bulla; to go without on purpose: ${skip}`
  return `command -v bulla >/dev/null || { echo "bulla is missing: ${hint}" >&2; exit 1; }`
}

/** Whether a text of others, in shell or YAML, has our hook run; what is commented out does not. */
export function runsHook(text: string, name: HookName): boolean {
  return text.split('\n').some((line) => line.includes(`bulla hook run ${name}`) && !line.trimStart().startsWith('#'))
}

/**
 * Lines for the head of a hook in shell that others wrote: what git says to it can be read once, so it is given again.
 *
 * @param guard - see {@link guardLine}
 */
export function headLines(name: HookName, guard: string): string[] {
  if (!GIVES_INPUT.includes(name)) return [guard, `bulla hook run ${name} "$@" || exit`]
  return [
    guard,
    'bulla_lines=$(cat)',
    `{ [ -z "$bulla_lines" ] || printf '%s\\n' "$bulla_lines"; } | bulla hook run ${name} "$@" || exit`,
    '[ -z "$bulla_lines" ] && exec </dev/null || exec <<BULLA_LINES',
    '$bulla_lines',
    'BULLA_LINES',
  ]
}

/** The shell that runs a script; undefined where something else does. */
export function shellOf(script: string): string | undefined {
  const [first = ''] = script.split('\n', 1)
  if (!first.startsWith('#!')) return 'sh'
  return /^#!\s*\S*\/(?:env\s+(?:-S\s+)?(?:\S*\/)?)?((?:ba|da|z|k|mk|a)?sh)(?=\s|$)/.exec(first)?.[1]
}

/**
 * A hook as the package ships it and `init` writes it, for a POSIX shell. A test holds `hooks/` to this.
 *
 * @param keptIn - the shell in which the hook that was there before is read: it asks by which name it was started
 */
export function hookText(name: HookName, keptIn?: string): string {
  const withInput = GIVES_INPUT.includes(name)
  const pipe = withInput ? 'given 2>/dev/null | ' : ''
  const kept = keptIn === undefined ? '"$kept"' : `BULLA_KEPT="$kept" ${keptIn} -c '. "$BULLA_KEPT"' "$0"`
  const run = withInput ? pipe : 'exec '
  return [
    '#!/bin/sh',
    HOOK_MARK,
    ...(withInput ? ['lines=$(cat)', `given() { [ -z "$lines" ] || printf '%s\\n' "$lines"; }`] : []),
    `# What was the hook before is run first; not when "bulla doctor" asks whether this one is run.`,
    // by its name: managers give this file another one, and run it
    `kept="\${0%/*}/${name}${KEPT_SUFFIX}"`,
    'if [ -z "$BULLA_HOOK_PROBE" ] && [ -x "$kept" ]; then',
    `  ${pipe}${kept} "$@" || exit`,
    'fi',
    // one that came with a commit is of whoever wrote that, in whatever case; some programs have git take ":(" for a name
    `tracked() { GIT_LITERAL_PATHSPECS=0 git ls-files ':(icase)node_modules' || echo unknown; }`,
    'if [ -x node_modules/.bin/bulla ] && [ -z "$(tracked | head -n 1)" ]; then',
    `  ${run}node_modules/.bin/bulla hook run ${name} "$@"`,
    ...(withInput ? ['  exit'] : []),
    'fi',
    'if ! command -v bulla >/dev/null 2>&1; then',
    `  echo "bulla: ${name}: stopped, because bulla is not installed here and nothing can be judged" >&2`,
    '  echo "bulla: hint: npm install --global bulla, or skip this hook on purpose: git -c core.hooksPath=/dev/null …" >&2',
    '  exit 2',
    'fi',
    `${run}bulla hook run ${name} "$@"`,
    '',
  ].join('\n')
}
