import { BullaError } from '../../errors.ts'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  /** Only `problem` makes the command fail. */
  readonly state: 'fine' | 'note' | 'problem'
  /** What was found. */
  readonly found: string
  /** What to do; for everything that is not fine. */
  readonly todo?: string
}

/** What is as it should be. */
export function fine(name: string, found: string): Check {
  return { name, state: 'fine', found }
}

/** What works, but could be better or is not there. */
export function note(name: string, found: string, todo: string): Check {
  return { name, state: 'note', found, todo }
}

/** What keeps something from working. */
export function problem(name: string, found: string, todo: string): Check {
  return { name, state: 'problem', found, todo }
}

/** An error as a check: what went wrong, and its hint. */
export function failed(name: string, error: unknown, fallback: string): Check {
  if (!(error instanceof BullaError)) throw error
  const { file, line, column } = error.where ?? {}
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  return problem(name, `${place === '' ? '' : `${place}: `}${error.message}`, error.hint ?? fallback)
}
