import { COMMAND_DETECTORS } from './command-password.ts'
import { LINE_DETECTORS } from './config-lines.ts'
import { PAIR_DETECTOR } from './generic.ts'
import { GO_DSN_DETECTOR } from './go-dsn.ts'
import { HTTP_AUTH_DETECTORS } from './http-auth.ts'
import { JWK_DETECTOR, JWT_DETECTOR } from './jwt.ts'
import { KUBERNETES_DETECTOR } from './kubernetes-secret.ts'
import type { Detector } from './page.ts'
import { PEM_DETECTOR, PPK_DETECTOR, WRAPPED_DETECTOR } from './pem.ts'
import { TOKEN_RULES } from './rules/index.ts'
import { SQL_DETECTORS } from './sql-password.ts'
import { TokenDetector } from './token-detector.ts'
import { URL_DETECTOR } from './url-credentials.ts'

/** Everything that is looked for, whatever the repository says. */
export const DETECTORS: readonly Detector[] = [
  ...TOKEN_RULES.map((rule) => new TokenDetector(rule)),
  PEM_DETECTOR,
  PPK_DETECTOR,
  WRAPPED_DETECTOR,
  URL_DETECTOR,
  GO_DSN_DETECTOR,
  ...HTTP_AUTH_DETECTORS,
  ...SQL_DETECTORS,
  ...COMMAND_DETECTORS,
  ...LINE_DETECTORS,
  JWT_DETECTOR,
  JWK_DETECTOR,
  KUBERNETES_DETECTOR,
  PAIR_DETECTOR,
]
