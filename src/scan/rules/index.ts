import { AZURE_RULES } from './azure.ts'
import { CLOUD_RULES } from './clouds.ts'
import { CODE_RULES } from './code.ts'
import { MODEL_RULES } from './models.ts'
import { PLATFORM_RULES } from './platforms.ts'
import { SERVICE_RULES } from './services.ts'
import type { TokenRule } from './token-rule.ts'

/** All credentials that tell themselves by their form. */
export const TOKEN_RULES: readonly TokenRule[] = [
  ...CLOUD_RULES,
  ...AZURE_RULES,
  ...CODE_RULES,
  ...SERVICE_RULES,
  ...MODEL_RULES,
  ...PLATFORM_RULES,
]
