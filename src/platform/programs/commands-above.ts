import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

interface Command {
  readonly parent: number
  /** Its program first. */
  readonly words: readonly string[]
}

/** A program that git starts has a shell or two above it. */
const MOST_LEVELS = 4

/** The commands that started this program, the nearest one first; none where the system does not tell. */
export async function commandsAbove(): Promise<readonly (readonly string[])[]> {
  const found: (readonly string[])[] = []
  let id = process.ppid
  while (found.length < MOST_LEVELS && id > 1) {
    const command = (await fromFiles(id)) ?? (await fromProgram(id))
    if (command === undefined) break
    found.push(command.words)
    id = command.parent
  }
  return found
}

/** As Linux shows it. */
async function fromFiles(id: number): Promise<Command | undefined> {
  try {
    const [stat, words] = await Promise.all([
      readFile(`/proc/${id}/stat`, 'utf8'),
      readFile(`/proc/${id}/cmdline`, 'utf8'),
    ])
    // the name of the program stands in brackets, and may have any letter in it
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 1).split(' ')[2])
    return { parent, words: words.replace(/\0$/, '').split('\0') }
  } catch {
    return undefined
  }
}

/** Where the words cannot be told apart exactly, those without spaces can. */
async function fromProgram(id: number): Promise<Command | undefined> {
  if (process.platform === 'win32') return undefined
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'ppid=', '-o', 'args=', '-p', `${id}`])
    const [parent, ...words] = stdout.trim().split(/\s+/)
    return { parent: Number(parent), words }
  } catch {
    return undefined
  }
}
