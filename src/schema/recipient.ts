import { schema, validate } from '../../schemas/recipient.schema.json?validator'
import { describeProblem, type Problem } from './problem.ts'

/** What is wrong with the data of a recipient's file, all at once. */
export function validateRecipient(data: unknown): Problem[] {
  return validate(data) ? [] : (validate.errors ?? []).map((error) => describeProblem(error, schema()))
}
