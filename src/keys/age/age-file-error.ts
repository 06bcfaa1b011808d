/** Where reading an age file ended, in the words of the age test vectors. */
export type AgeFileStage = 'armor' | 'header' | 'HMAC' | 'payload'

/**
 * An age file is damaged or not what the specification allows. Never leaves this folder: the provider turns it into the
 * reason of an entry, the identity sources into the problem of a source. Holds nothing of the file.
 */
export class AgeFileError extends Error {
  readonly stage: AgeFileStage

  constructor(stage: AgeFileStage, message: string) {
    super(message)
    this.name = 'AgeFileError'
    this.stage = stage
  }
}
