import { schema, validate } from '../../schemas/allow-list.schema.json?validator'
import { describeProblem, type Problem } from './problem.ts'

/** What is wrong with the data of a `.bulla/allow.yaml`, all at once. */
export function validateAllowList(data: unknown): Problem[] {
  return validate(data) ? [] : (validate.errors ?? []).map((error) => describeProblem(error, schema()))
}
