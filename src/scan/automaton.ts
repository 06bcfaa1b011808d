import { type KeywordAutomaton, KeywordKernel, type OnKeyword } from './keyword-kernel.ts'

/** Letters of keywords and texts count without their case. @param keywords - in ASCII, none empty, none twice */
export function buildAutomaton(keywords: readonly string[]): KeywordAutomaton {
  const { classes, count } = classesOf(keywords)
  return KeywordKernel.build(keywords, classes, count) ?? plainAutomaton(keywords)
}

/** The same without WebAssembly. */
export function plainAutomaton(keywords: readonly string[]): KeywordAutomaton {
  const { classes, count } = classesOf(keywords)
  const trie = buildTrie(keywords, classes, count)
  const endings = closeTrie(trie, count)
  // what a step needs is one number: where the row of the next state starts, negated where keywords end there
  const table = trie.next.map((state) => (endings[state] === undefined ? state * count : -state * count))
  return { scan: (text, onKeyword) => scan(text, { classes, table, count, endings }, onKeyword) }
}

interface Tables {
  readonly classes: Uint8Array
  readonly table: Int32Array
  readonly count: number
  readonly endings: readonly (readonly number[] | undefined)[]
}

function scan(text: string, { classes, table, count, endings }: Tables, onKeyword: OnKeyword): void {
  let row = 0
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    const next = table[row + (unit < 128 ? (classes[unit] ?? 0) : 0)] ?? 0
    if (next >= 0) {
      row = next
      continue
    }
    row = -next
    for (const keyword of endings[row / count] ?? []) onKeyword(keyword, index + 1)
  }
}

/** Characters that no keyword has are one class, 0: rows stay short. */
function classesOf(keywords: readonly string[]): { classes: Uint8Array; count: number } {
  const classes = new Uint8Array(128)
  const letters = keywords.join('').toLowerCase()
  let count = 1
  // no iterator, which would make an object for each letter: a hook is over before V8 would spare them
  for (let index = 0; index < letters.length; index += 1) {
    const code = letters.charCodeAt(index)
    if (classes[code] !== 0) continue
    classes[code] = count
    classes[letters.charAt(index).toUpperCase().charCodeAt(0)] = count
    count += 1
  }
  return { classes, count }
}

interface Trie {
  /** Next state by state and class, one row after the other. */
  readonly next: Int32Array
  readonly states: number
  /** Keywords that end in a state, by state. */
  readonly endings: (number[] | undefined)[]
}

function buildTrie(keywords: readonly string[], classes: Uint8Array, count: number): Trie {
  const most = keywords.reduce((sum, { length }) => sum + length, 1)
  const next = new Int32Array(most * count)
  const endings: (number[] | undefined)[] = []
  let states = 1
  for (const [keyword, text] of keywords.entries()) {
    let state = 0
    for (let index = 0; index < text.length; index += 1) {
      const at = state * count + (classes[text.charCodeAt(index)] ?? 0)
      if (next[at] === 0) {
        next[at] = states
        states += 1
      }
      state = next[at] ?? 0
    }
    endings[state] = [...(endings[state] ?? []), keyword]
  }
  return { next: next.subarray(0, states * count), states, endings }
}

/** Fill in where a state goes on a mismatch, breadth first; endings of suffixes join those of a state. */
function closeTrie({ next, states, endings }: Trie, count: number): (number[] | undefined)[] {
  const fallback = new Int32Array(states)
  const queue: number[] = [0]
  for (const state of queue) {
    const back = fallback[state] ?? 0
    for (let kind = 0; kind < count; kind += 1) {
      const at = state * count + kind
      const target = next[at] ?? 0
      const other = state === 0 ? 0 : (next[back * count + kind] ?? 0)
      if (target === 0) {
        next[at] = other
        continue
      }
      fallback[target] = other
      const more = endings[other]
      if (more !== undefined) endings[target] = [...(endings[target] ?? []), ...more]
      queue.push(target)
    }
  }
  return endings
}
