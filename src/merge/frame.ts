/** What a text has besides its lines. */
interface Frame {
  readonly mark: string
  readonly lineBreak: '\n' | '\r\n'
  readonly isEnded: boolean
}

/** Three texts whose lines can be compared: none differs from another only by how it ends. */
export interface Unframed {
  readonly base: string
  readonly ours: string
  readonly theirs: string
  /** Put around merged lines what the texts had: that of ours, unless only theirs changed it. */
  frame(text: string): string
}

/** Take off texts what makes equal lines differ: a mark of the byte order, kinds of line breaks, a missing one at the end. */
export function unframed(texts: { readonly base: string; readonly ours: string; readonly theirs: string }): Unframed {
  const [base, ours, theirs] = [frameOf(texts.base), frameOf(texts.ours), frameOf(texts.theirs)]
  const pick = <T>(of: (frame: Frame) => T): T => (of(ours) === of(base) ? of(theirs) : of(ours))
  const mark = pick((frame) => frame.mark)
  const lineBreak = pick((frame) => frame.lineBreak)
  const isEnded = pick((frame) => frame.isEnded)
  // where they are the same, a break that is another one in the middle of a text stays what it is
  const isSame = ours.lineBreak === base.lineBreak && theirs.lineBreak === base.lineBreak
  const inner = isSame ? lineBreak : '\n'
  const bare = (text: string, frame: Frame) => {
    const body = text.slice(frame.mark.length)
    const lines = isSame ? body : body.replaceAll('\r\n', '\n')
    return lines === '' || frame.isEnded ? lines : lines + inner
  }
  return {
    base: bare(texts.base, base),
    ours: bare(texts.ours, ours),
    theirs: bare(texts.theirs, theirs),
    frame: (text) => {
      const body = isEnded || !text.endsWith(inner) ? text : text.slice(0, -inner.length)
      return mark + (isSame || lineBreak === '\n' ? body : body.replaceAll('\n', lineBreak))
    },
  }
}

const BYTE_ORDER_MARK = '\ufeff'

function frameOf(text: string): Frame {
  return {
    mark: text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '',
    lineBreak: /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n',
    isEnded: text.endsWith('\n'),
  }
}
