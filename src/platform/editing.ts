import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { endBySignal, lendInterrupts, onInterrupt } from './interrupts.ts'
import { spawnable } from './programs/spawnable.ts'
import { openScratch } from './scratch/scratch.ts'
import { keepForProgram } from './scratch/scratch-guard.ts'
import { hasTerminal } from './terminal/has-terminal.ts'
import { askSecret } from './terminal/terminal.ts'

/** What editing needs of this machine: see `Desk` in `operations/ports.ts`. */
export const editingDesk = {
  isWindows: process.platform === 'win32',
  hasPerson: hasTerminal,
  scratch: openScratch,

  findProgram(names: readonly string[]): string | undefined {
    const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
    const endings = process.platform === 'win32' ? ['.exe', '.com'] : ['']
    return names.find((name) =>
      folders.some((folder) => endings.some((ending) => isProgram(join(folder, name + ending)))),
    )
  },

  async run(words: readonly string[]): Promise<number | undefined> {
    const { file, args, isVerbatim } = spawnable(words)
    const takeBack = lendInterrupts()
    let forget = () => {}
    try {
      const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
        (resolve, reject) => {
          const child = spawn(file, args, { stdio: 'inherit', windowsVerbatimArguments: isVerbatim })
          // whoever ends this process means the editor too
          const forgetEditor = onInterrupt(() => child.kill('SIGTERM'))
          const release = keepForProgram(child.pid)
          forget = () => {
            forgetEditor()
            release()
          }
          child.on('error', reject)
          child.on('exit', (code, signal) => resolve({ code, signal }))
        },
      )
      takeBack()
      // Ctrl-C is for both, and the editor took it as the end
      if (signal === 'SIGINT') await endBySignal('SIGINT')
      return code ?? undefined
    } finally {
      forget()
      takeBack()
    }
  },

  async pause(message: string): Promise<boolean> {
    return (await askSecret(`${message}\nEnter opens the editor again, Ctrl-C gives up: `)) !== undefined
  },
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
