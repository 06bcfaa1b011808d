import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Sandbox } from './sandbox.ts'

/** An editor of every system: it saves something that is no YAML at first, and something that is the next time. */
export const RIGHT_AT_LAST = `sh -c 'if [ -e "$0.once" ]; then echo "a: 2" > "$0"; else touch "$0.once"; echo "a: [" > "$0"; fi'`

/** Where Linux keeps files in memory. */
const MEMORY = '/dev/shm'

/** Whether this system has a folder in memory. */
export const hasMemory = existsSync(MEMORY)

/**
 * Variables that make a script the editor. It finds the file to edit as `file`, its text as `text`, the number of the run
 * as `round`, and says what the text becomes with `save`; it notes where the file is.
 */
export function editor(box: Sandbox, script: string): Record<string, string> {
  const path = box.write(
    '../editor.cjs',
    [
      `const fs = require('node:fs')`,
      'const file = process.argv.at(-1)',
      `const text = fs.readFileSync(file, 'latin1')`,
      `const save = (changed) => fs.writeFileSync(file, changed, 'latin1')`,
      `const note = (name, content) => fs.appendFileSync(__dirname + '/' + name, content)`,
      `note('rounds', file + '\\n')`,
      `const round = fs.readFileSync(__dirname + '/rounds', 'utf8').split('\\n').length - 1`,
      script,
    ].join('\n'),
  )
  return { EDITOR: `'${process.execPath}' '${path}'` }
}

/** Where the file was each time an editor ran. */
export function edited(box: Sandbox): string[] {
  return box.has('../rounds') ? readFileSync(box.path('../rounds'), 'utf8').split('\n').slice(0, -1) : []
}

/** Run with a folder in memory of its own, as `XDG_RUNTIME_DIR`, which is gone afterwards. */
export async function inOwnMemory<T>(run: (folder: string, env: Record<string, string>) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(`${MEMORY}/bulla-test-`)
  try {
    return await run(folder, { XDG_RUNTIME_DIR: folder })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
