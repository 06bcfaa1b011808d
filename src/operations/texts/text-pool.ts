/** A text with this name. */
export interface NamedText {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Threads that do with texts what the one that asks them does. */
export interface TextThreads<Setup, Found> {
  /**
   * Begin with them. Nothing waits for their start.
   *
   * @param setup - what each of them has to know before its first text
   * @returns undefined where there is no other processor
   */
  start(setup: Setup, room: ThreadRoom): Promise<TextPool<Found> | undefined>
}

/** For how many threads there is something to do. */
export interface ThreadRoom {
  /** How many processors have something else to do. */
  readonly busy: number
  /** How many would be worth their start. */
  readonly most: number
}

/** Threads that were started. */
export interface TextPool<Found> {
  /**
   * Hand over texts to the next thread that has room.
   *
   * @returns what is found in each, in their order: rejects when the thread ends before it has told; undefined when no
   *   thread has room, or has started yet
   */
  offer(texts: readonly NamedText[]): Promise<{ readonly found: Promise<readonly Found[]> } | undefined>
  close(): void
}
