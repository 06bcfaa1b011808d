import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { HttpClient } from '../../../src/keys/services/http.ts'
import { nodeHttp } from '../../../src/platform/http/http.ts'

const read = (name: string) => readFileSync(new URL(`../../../fixtures/keys/${name}`, import.meta.url), 'utf8')

/** For `localhost` and `127.0.0.1`; it vouches for itself. */
export const TLS = { key: read('loopback-tls.key'), cert: read('loopback-tls.pem') }

/** For `NODE_EXTRA_CA_CERTS` and `SSL_CERT_FILE` of programs that tests start. */
export const TLS_CERT_PATH = fileURLToPath(new URL('../../../fixtures/keys/loopback-tls.pem', import.meta.url))

/** The real client, which trusts the servers of tests. */
export const trustingHttp: HttpClient = {
  send: (request, signal) => nodeHttp.send({ ...request, ca: TLS.cert }, signal),
}
