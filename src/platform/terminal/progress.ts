import { writeTo } from './streams.ts'

/** Work that is done before this is not worth a bar. */
const QUIET_MS = 400
const REDRAW_MS = 80
const WIDTH = 24

/** A progress bar on standard error, for work that takes long, on a terminal. */
export class ProgressBar {
  private readonly started = Date.now()
  private readonly isEnabled: () => boolean
  private drawn = 0

  /** @param isEnabled - false where nobody looks: no terminal, `--quiet`; only asked when there is something to draw */
  constructor(isEnabled: () => boolean) {
    this.isEnabled = isEnabled
  }

  update(label: string, done: number, total: number): void {
    const now = Date.now()
    if (total < 2 || now - this.started < QUIET_MS || now - this.drawn < REDRAW_MS || !this.isEnabled()) return
    this.drawn = now
    const filled = Math.floor((done / total) * WIDTH)
    writeTo('stderr', `\r\x1b[K${label} [${'='.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${done}/${total}`)
  }

  finish(): void {
    if (this.drawn > 0) writeTo('stderr', '\r\x1b[K')
    this.drawn = 0
  }
}
