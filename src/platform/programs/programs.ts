import { becomeUser } from './become-user.ts'
import { type PlacedFile, placeFile } from './passing-file.ts'
import { runProgram } from './run-program.ts'

type Program = ReturnType<Parameters<typeof runProgram>[0]>
type Ending = Awaited<ReturnType<typeof runProgram>>

/** See `Programs` in `operations/ports.ts`. */
export const nodePrograms = {
  ignoresCase: process.platform === 'win32',

  async becomeUser(name: string): Promise<Readonly<Record<string, string>>> {
    return becomeUser(name)
  },

  run: (program: Program): Promise<Ending> => runProgram(() => program),

  async runWithFile(
    file: Parameters<typeof placeFile>[0],
    program: (path: string) => Program,
    note: (text: string) => void,
  ): Promise<Ending> {
    let placed: PlacedFile | undefined
    const prepare = () => {
      placed = placeFile(file)
      if (file.fifo && !placed.isFifo) note('there are no pipes with names here: it is a file, as with --no-fifo')
      if (!placed.isFifo && !placed.isInMemory) note('there is no folder in memory here: the file is on the disk')
      return program(placed.path)
    }
    return runProgram(prepare, () => placed?.remove())
  },
}
