/**
 * For a library that waits without an end for the program that a `credential_process` names: who stopped waiting would leave
 * it behind.
 */
import { exec as nodeExec } from 'node:child_process'
import { promisify } from 'node:util'

/** A line with which the shell starts one program: nothing before it, beside it or after it. */
const ONE_PROGRAM = /^(?!\s*(?:\w+=|[!{]))(?:[^;&|()\n]|>&)+$/

/** Run a command line; it ends with this process. @param {string} command @returns {Promise<{ stdout: string }>} */
function run(command) {
  return new Promise((resolve, reject) => {
    // with `exec` it takes the place of the shell, so that the signal reaches it
    const isAlone = process.platform !== 'win32' && ONE_PROGRAM.test(command)
    const child = nodeExec(isAlone ? `exec ${command}` : command, (error, stdout) => {
      process.off('exit', end)
      if (error === null) resolve({ stdout })
      else reject(error)
    })
    const end = () => child.kill()
    process.on('exit', end)
  })
}

/** As the library uses it: through `promisify`. */
export const exec = Object.assign(() => undefined, { [promisify.custom]: run })
