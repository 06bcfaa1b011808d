// npm runs it as `postprepare` on every `npm ci` here, which it must never break: not without git, not without husky
// (`--omit=dev`), not in a read-only checkout. As `prepare`, npm 11 would warn of it wherever the package is installed.
if (process.env['CI'] !== 'true' && process.env['NODE_ENV'] !== 'production') {
  try {
    const { default: husky } = await import('husky')
    const problem = husky()
    if (problem !== '') console.error(`no commit hooks: ${problem.trim()}`)
  } catch (error) {
    console.error(`no commit hooks: ${error instanceof Error && 'code' in error ? error.code : 'husky failed'}`)
  }
}
