import { withLineFeeds } from '../../../scan/text/line-feeds.ts'

/** Finds lines and columns of offsets in one text. */
export class LineFinder {
  private readonly text: string
  private readonly starts: number[] = [0]

  constructor(text: string) {
    this.text = text
    const lines = withLineFeeds(text)
    for (let end = lines.indexOf('\n'); end >= 0; end = lines.indexOf('\n', end + 1)) this.starts.push(end + 1)
  }

  /** 1-based. */
  at(offset: number): { readonly line: number; readonly column: number } {
    let [low, high] = [0, this.starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.starts[middle] ?? 0) <= Math.min(offset, this.text.length)) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.starts[low] ?? 0) + 1 }
  }

  /** Where {@link at} found this. */
  offset(line: number, column: number): number {
    return (this.starts[line - 1] ?? 0) + column - 1
  }
}
