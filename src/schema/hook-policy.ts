import { schema, validate } from '../../schemas/hook-policy.schema.json?validator'
import { describeProblem, type Problem } from './problem.ts'

/** What is wrong with the data of a `.bulla/policy.yaml`, all at once. */
export function validateHookPolicy(data: unknown): Problem[] {
  return validate(data) ? [] : (validate.errors ?? []).map((error) => describeProblem(error, schema()))
}
