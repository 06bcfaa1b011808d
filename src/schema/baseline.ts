import { schema, validate } from '../../schemas/baseline.schema.json?validator'
import { describeProblem, type Problem } from './problem.ts'

/** What is wrong with the data of a `.bulla/baseline.json`, all at once. */
export function validateBaseline(data: unknown): Problem[] {
  return validate(data) ? [] : (validate.errors ?? []).map((error) => describeProblem(error, schema()))
}
