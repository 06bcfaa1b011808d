import { writeTo } from './streams.ts'

/** Work that is done before this is not worth a bar. */
const QUIET_MS = 400
const REDRAW_MS = 80
const WIDTH = 24
/** Of a terminal that does not know how wide it is. */
const USUAL_COLUMNS = 80

/** A progress bar on standard error, for work that takes long, on a terminal. */
export class ProgressBar {
  private readonly started = Date.now()
  private readonly width: () => number
  private drawn = 0

  /** @param width - columns of the terminal; 0 where nobody looks, or it cannot draw; only asked when there is something to draw */
  constructor(width: () => number) {
    this.width = width
  }

  update(label: string, done: number, total: number): void {
    const now = Date.now()
    if (total < 2 || now - this.started < QUIET_MS || now - this.drawn < REDRAW_MS) return
    const width = this.width()
    const filled = Math.floor((done / total) * WIDTH)
    const count = `${done}/${total}`
    const bar = `${label} [${'='.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${count}`
    // of what goes over the edge only the last line could be taken back
    const text = [bar, `${label} ${count}`, count].find(({ length }) => length < width)
    if (text === undefined) return
    this.drawn = now
    writeTo('stderr', `\r\x1b[K${text}`)
  }

  finish(): void {
    if (this.drawn > 0) writeTo('stderr', '\r\x1b[K')
    this.drawn = 0
  }
}

/** How many columns what is drawn on standard error may have; 0 where nothing can be drawn. */
export function drawnColumns(): number {
  const { stderr, env } = process
  if (stderr.isTTY !== true || env['TERM'] === 'dumb') return 0
  return stderr.columns || USUAL_COLUMNS
}
