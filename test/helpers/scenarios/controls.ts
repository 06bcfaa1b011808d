import { fill } from '../credentials/draw.ts'
import { withChecksum } from '../credentials/kinds.ts'
import type { Scenario, ScenarioRepository } from './repository.ts'
import { encoded, type Format, pairs, password, words } from './variant.ts'

const PASSES = { verdict: 'pass', rules: [] } as const

async function sealAndAdd(repository: ScenarioRepository, format: Format): Promise<readonly string[]> {
  const { variant } = repository
  await repository.policy('.+$')
  const values = { user: words(variant), password: password(variant), empty: '' }
  const path = `${variant.folder}/${variant.stem}.${format}`
  // a mark is refused where JSON has none
  const text = pairs(format, values)
  await repository.seal(path, variant.lines === 'mark' ? text : encoded(variant, text))
  await repository.add(path)
  return [values.password]
}

/** What no hook may stop. */
export const CONTROLS: readonly Scenario[] = [
  ...(['yaml', 'json', 'env', 'ini'] as const).map(
    (format, index): Scenario => ({
      ...{ id: index < 3 ? `C0${index + 1}` : 'C03 ini', title: `a sealed file: ${format}`, ...PASSES },
      stage: (repository) => sealAndAdd(repository, format),
    }),
  ),
  {
    ...{ id: 'C04', title: 'sealed in the index, being edited in the work tree', ...PASSES },
    async stage(repository) {
      const { variant } = repository
      const found = await sealAndAdd(repository, variant.format)
      repository.box.write(`${variant.folder}/${variant.stem}.${variant.format}`, pairs('yaml', { password: 'opened' }))
      return found
    },
  },
  {
    ...{ id: 'C05', title: 'a SealedSecret', ...PASSES },
    async stage(repository) {
      const { variant } = repository
      const text = [
        'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: app\nspec:\n  encryptedData:\n',
        `    password: AgB${fill('{b700}', variant.random)}==\n`,
        '  template:\n    metadata:\n      name: app\n    type: Opaque\n',
      ]
      await repository.add(`${variant.folder}/sealed.yaml`, encoded(variant, text.join('')))
      return []
    },
  },
  {
    ...{ id: 'C06', title: 'an ExternalSecret and a template of Helm', ...PASSES },
    async stage(repository) {
      const { variant } = repository
      await repository.policy('.*\\.ya?ml$', "encrypted_regex: '^(data|stringData)$'")
      const external = [
        'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: app\nspec:\n',
        '  secretStoreRef:\n    name: vault\n    kind: ClusterSecretStore\n  target:\n    name: app\n',
        '  data:\n    - secretKey: password\n      remoteRef:\n        key: prod/app\n        property: password\n',
      ]
      const helm = [
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ndata:\n',
        '  password: {{ .Values.password | b64enc | quote }}\n  user: "{{ .Values.user | b64enc }}"\n',
      ]
      await repository.add('apps/external.yaml', encoded(variant, external.join('')))
      await repository.add('chart/templates/secret.yaml', encoded(variant, helm.join('')))
      return []
    },
  },
  {
    ...{ id: 'C07', title: 'a lock file', ...PASSES },
    async stage(repository) {
      const { random } = repository.variant
      const packages = Object.fromEntries(
        Array.from({ length: 30 }, (_, index) => [
          `node_modules/token-${index}`,
          { version: '1.0.0', integrity: `sha512-${fill('{b86}', random)}==`, dev: true },
        ]),
      )
      await repository.add('package-lock.json', `${JSON.stringify({ lockfileVersion: 3, packages }, undefined, 2)}\n`)
      await repository.add('go.sum', `example.org/secret v1.0.0 h1:${fill('{b43}', random)}=\n`)
      return []
    },
  },
  {
    ...{ id: 'C08', title: 'values in clear whose keys end in _unencrypted', ...PASSES },
    async stage(repository) {
      const { variant } = repository
      await repository.policy('.+$')
      const path = `${variant.folder}/${variant.stem}.yaml`
      await repository.seal(path, pairs('yaml', { host_unencrypted: 'db.example.com', password: password(variant) }))
      await repository.add(path)
      return []
    },
  },
  {
    ...{ id: 'C09', title: 'a file in clear that is removed', ...PASSES },
    async stage(repository) {
      const { variant, box } = repository
      const path = `${variant.folder}/${variant.stem}.yaml`
      await repository.add(path, pairs('yaml', { password: password(variant) }))
      await repository.commit()
      await repository.policy('.+$')
      await box.git('rm', '-q', '--', path)
      return []
    },
  },
  {
    ...{ id: 'C10', title: 'a change of the policy', ...PASSES },
    async stage(repository) {
      const { folder, isNested } = repository.variant
      await repository.policy('.+$')
      const path = isNested ? `${folder}/.sops.yaml` : '.sops.yaml'
      await repository.add(path, `# reviewed\n${repository.box.read(path)}`)
      return []
    },
  },
  {
    ...{ id: 'C11', title: 'a token that is in the work tree alone', ...PASSES },
    async stage(repository) {
      const { variant, box } = repository
      await repository.add('src/settings.ts', 'export const settings = {}\n')
      const value = withChecksum('ghp_', variant.random)
      box.write('src/settings.ts', `export const token = '${value}'\n`)
      box.write('src/untracked.ts', `export const token = '${value}'\n`)
      return [value]
    },
  },
]
