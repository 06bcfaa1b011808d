/** Any object. */
export interface DirectObject {
  readonly kind: 'commit' | 'tree' | 'blob' | 'tag'
  readonly bytes: Buffer
}
