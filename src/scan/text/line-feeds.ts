/** A text of the same length in which every line ends with LF, or CRLF: a CR alone ends a line too. */
export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text
}
