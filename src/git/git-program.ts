import { statSync } from 'node:fs'
import { win32 } from 'node:path'

/**
 * What to start as git. Windows looks into the working directory before `PATH`: a `git.exe` there came with a repository,
 * and is its author's.
 */
export function gitProgram(
  platform: string = process.platform,
  path: string = process.env['PATH'] ?? '',
  isFile: (path: string) => boolean = isFileHere,
): string {
  if (platform !== 'win32') return 'git'
  const folders = path.split(win32.delimiter).filter((folder) => win32.isAbsolute(folder))
  const found = folders.map((folder) => win32.join(folder, 'git.exe')).find((candidate) => isFile(candidate))
  // below a file there is nothing: it fails as where git is not installed
  return found ?? win32.join(process.execPath, 'git.exe')
}

function isFileHere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
