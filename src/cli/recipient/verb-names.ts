/** The verbs of `recipient`, in the order of its help. */
export const RECIPIENT_VERBS = [
  'create',
  'add',
  'list',
  'show',
  'wrap',
  'rewrap',
  'remove',
  'rotate',
  'rename',
  'grant',
  'ungrant',
] as const
export type RecipientVerb = (typeof RECIPIENT_VERBS)[number]
