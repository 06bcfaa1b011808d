import { JWK_DETECTOR, JWT_DETECTOR } from './formats/jwt.ts'
import { KEPT_KEY_DETECTOR, KEYRING_DETECTOR } from './formats/keyring.ts'
import { KUBERNETES_DETECTOR } from './formats/kubernetes-secret.ts'
import { PEM_DETECTOR, PPK_DETECTOR, WRAPPED_DETECTOR } from './formats/pem.ts'
import type { Detector } from './page.ts'
import { COMMAND_DETECTORS } from './passwords/command-password.ts'
import { LINE_DETECTORS } from './passwords/config-lines.ts'
import { DEFAULT_DETECTOR } from './passwords/default-value.ts'
import { PAIR_DETECTOR } from './passwords/generic.ts'
import { GO_DSN_DETECTOR } from './passwords/go-dsn.ts'
import { HTTP_AUTH_DETECTORS } from './passwords/http-auth.ts'
import { SQL_DETECTORS } from './passwords/sql-password.ts'
import { ORACLE_DETECTOR, URL_DETECTOR } from './passwords/url-credentials.ts'
import { TOKEN_RULES } from './rules/index.ts'
import { TokenDetector } from './rules/token-detector.ts'

/** Everything that is looked for, whatever the repository says. */
export const DETECTORS: readonly Detector[] = [
  ...TOKEN_RULES.map((rule) => new TokenDetector(rule)),
  PEM_DETECTOR,
  PPK_DETECTOR,
  WRAPPED_DETECTOR,
  KEYRING_DETECTOR,
  KEPT_KEY_DETECTOR,
  URL_DETECTOR,
  ORACLE_DETECTOR,
  GO_DSN_DETECTOR,
  ...HTTP_AUTH_DETECTORS,
  ...SQL_DETECTORS,
  ...COMMAND_DETECTORS,
  ...LINE_DETECTORS,
  JWT_DETECTOR,
  JWK_DETECTOR,
  KUBERNETES_DETECTOR,
  PAIR_DETECTOR,
  DEFAULT_DETECTOR,
]
