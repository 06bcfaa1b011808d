import { schema, validate } from '../../schemas/user-config.schema.json?validator'
import { describeProblem, type Problem } from './problem.ts'

/** What is wrong with the data of a user's own configuration, all at once. */
export function validateUserConfig(data: unknown): Problem[] {
  return validate(data) ? [] : (validate.errors ?? []).map((error) => describeProblem(error, schema()))
}
