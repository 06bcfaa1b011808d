import { describe, expect, it } from 'vitest'
import { KNOWN_FILES } from '../../../../src/scan/formats/known-files.ts'
import { fileKind } from '../../../../src/scan/text/file-kind.ts'

/** One for each way to write them. */
const NAMES =
  `.netrc _netrc .pgpass pgpass.conf .git-credentials .npmrc .yarnrc.yml .yarnrc.yaml .pypirc .my.cnf my.cnf .htpasswd
  site.htpasswd shadow gshadow shadow- rclone.conf .s3cfg .boto .passwd-s3fs .cargo/credentials .cargo/credentials.toml
  credentials.tfrc.json .terraformrc terraform.rc gh/hosts.yml gh/hub glab-cli/config.yml .vault-token .vault_pass .vault-password.txt
  config/master.key config/credentials/staging.key secrets.yml.key kube/config admin.conf kubeconfig.yaml`.split(/\s+/)

describe('files that are known by their name', () => {
  it('are no sources of programs, in which they are not looked for', () => {
    for (const path of NAMES) {
      expect(
        KNOWN_FILES.some(({ name }) => name.test(path)),
        path,
      ).toBe(true)
      expect(fileKind(path), path).not.toBe('code')
    }
    for (const { rule, name, words } of KNOWN_FILES) {
      const named = NAMES.filter((path) => name.test(path))
      expect(named.length, rule).toBeGreaterThan(0)
      for (const path of named) expect(words?.some((word) => path.includes(word)) ?? true, path).toBe(true)
    }
  })
})
