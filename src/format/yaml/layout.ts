/** What the places of one text share. */
export interface Layout {
  readonly text: string
  /** What ends the lines of the text. */
  readonly lineBreak: string
  /** Columns per level of what is written anew. */
  readonly indent: number
}
