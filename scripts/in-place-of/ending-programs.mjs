/**
 * For libraries that start a program to get credentials, and wait for it without an end: who stopped waiting would leave it
 * behind. Here it ends with this process.
 */
import programs from 'node:child_process'
import { promisify } from 'node:util'

/** A line with which the shell starts one program: nothing before it, beside it or after it. */
const ONE_PROGRAM = /^(?!\s*(?:\w+=|[!{]))(?:[^;&|()\n]|>&)+$/

/** Any of `node:child_process`. @type {(...args: any[]) => import('node:child_process').ChildProcess} */
const nodeExec = programs.exec

/** @param {string} command @param {unknown[]} rest */
function startLine(command, ...rest) {
  // with `exec` it takes the place of the shell, so that the signal reaches it
  const isAlone = process.platform !== 'win32' && ONE_PROGRAM.test(command)
  return ending(nodeExec(isAlone ? `exec ${command}` : command, ...rest))
}

/** @param {import('node:child_process').ChildProcess} child */
function ending(child) {
  const end = () => child.kill()
  process.on('exit', end)
  child.once('close', () => process.off('exit', end))
  return child
}

/** @param {string} command @returns {Promise<{ stdout: string }>} */
function promised(command) {
  return new Promise((resolve, reject) => {
    startLine(command, (/** @type {Error | null} */ error, /** @type {string} */ stdout) => {
      if (error === null) resolve({ stdout })
      else reject(error)
    })
  })
}

export const exec = Object.assign(startLine, { [promisify.custom]: promised })

/** @type {(...args: any[]) => import('node:child_process').ChildProcess} */
const nodeExecFile = programs.execFile

/** @param {unknown[]} args */
const execFile = (...args) => ending(nodeExecFile(...args))

export default { ...programs, exec, execFile }
