import { describe, expect, it } from 'vitest'
import { describeProblem, type SchemaError } from '../../../src/schema/problem.ts'

const SCHEMA = {
  properties: {
    rules: { items: { $ref: '#/$defs/rule' } },
    named: { additionalProperties: { $ref: '#/$defs/rule' } },
  },
  $defs: {
    rule: { properties: { age: {}, pgp: {}, nested: { $ref: '#/$defs/rule' } } },
  },
}

const problem = (keyword: string, instancePath: string, params: Record<string, unknown>) =>
  describeProblem({ keyword, instancePath, params } satisfies SchemaError, SCHEMA)

describe('what ajv found, in our words', () => {
  it.each([
    ['', 'rulez', 'unknown field rulez', 'did you mean rules?'],
    ['', 'something', 'unknown field something', 'known fields are rules, named'],
    ['/rules/3', 'agee', 'unknown field rules[3].agee', 'did you mean age?'],
    ['/rules/0/nested/nested', 'ppg', 'unknown field rules[0].nested.nested.ppg', 'did you mean pgp?'],
    ['/named/constructor', 'gae', 'unknown field named.constructor.gae', 'did you mean age?'],
    ['/rules/0', '__proto__', 'unknown field rules[0].__proto__', 'known fields are age, pgp, nested'],
    ['/unknown/to/the/schema', 'a', 'unknown field unknown.to.the.schema.a', 'known fields are '],
    ['/named/a~1b~0c', 'agee', 'unknown field named.a/b~c.agee', 'did you mean age?'],
  ])('an unknown field, at "%s": %s', (path, additionalProperty, message, hint) => {
    expect(problem('additionalProperties', path, { additionalProperty })).toMatchObject({ message, hint })
  })

  it.each([
    ['type', '/rules', { type: 'array' }, 'rules must be a list'],
    ['type', '/rules/1', { type: 'object' }, 'rules[1] must be a mapping'],
    ['type', '', { type: 'object' }, 'the file must be a mapping'],
    ['type', '/rules', { type: ['array', 'null'] }, 'rules must be a list'],
    ['type', '/rules', { type: 'string,array,null' }, 'rules must be text or a list'],
    ['type', '/rules', { type: 'integer' }, 'rules must be a whole number'],
    ['type', '/rules', { type: 'boolean' }, 'rules must be true or false'],
    ['minimum', '/rules', { limit: 0 }, 'rules must be at least 0'],
    ['maximum', '/rules', { limit: 255 }, 'rules must be at most 255'],
    ['required', '/rules/0', { missingProperty: 'age' }, 'rules[0] needs the field age'],
  ])('%s at "%s" %j', (keyword, path, params, message) => {
    const { message: found, hint } = problem(keyword, path, params)
    expect(found).toBe(message)
    expect(hint).not.toBe('')
  })

  it('names a rule of the schema that nobody thought of', () => {
    expect(problem('enum', '/rules', { allowedValues: ['a'] }).message).toBe('rules is not valid (enum)')
  })

  it('has the keys to the field, to find its line', () => {
    expect(problem('type', '/rules/0/age', { type: 'string' }).path).toEqual(['rules', '0', 'age'])
    expect(problem('additionalProperties', '/rules/0', { additionalProperty: 'x' }).path).toEqual(['rules', '0', 'x'])
  })
})
