import { schema, validate } from '../../schemas/sops-config.schema.json?validator'
import { describeProblem, type Problem } from './problem.ts'

/** What is wrong with the data of a `.sops.yaml`, all at once. */
export function validateSopsConfig(data: unknown): Problem[] {
  return validate(data) ? [] : (validate.errors ?? []).map((error) => describeProblem(error, schema()))
}
