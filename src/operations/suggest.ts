export { suggest } from '../schema/suggest.ts'
