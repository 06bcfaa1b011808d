import { spawn } from 'node:child_process'

/** Settings that keep git from asking, fetching, or running anything on our behalf. */
const ENVIRONMENT = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
}

/**
 * Run git: the only place that does.
 *
 * @param input - for its standard input
 * @returns Its standard output; undefined when it is not installed or fails.
 */
export function runGit(args: readonly string[], cwd: string, input: string): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const child = spawn('git', ['-c', 'core.fsmonitor=false', ...args], {
      cwd,
      env: { ...process.env, ...ENVIRONMENT },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stdin.on('error', () => undefined) // it went away before it read everything: its exit code says so
    child.on('error', () => resolve(undefined))
    child.on('close', (code) => resolve(code === 0 ? Buffer.concat(chunks) : undefined))
    child.stdin.end(input)
  })
}
