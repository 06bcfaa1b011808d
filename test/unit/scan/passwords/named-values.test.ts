import { describe, expect, it } from 'vitest'
import { scanText } from '../../../../src/scan/engine.ts'
import { dice, fill } from '../../../helpers/credentials/draw.ts'

/** Drawn by chance, and as people make them: no line here holds a password. */
const DRAWN = fill('{a32}', dice(47))
const HUMAN = ['Herbst', 'wald', '47'].join('')

/** Rule and text of each finding. */
function found(fileName: string, text: string): string[] {
  return scanText(text, { fileName }).map(
    ({ level, rule, span }) => `${level} ${rule} ${text.slice(span.start, span.end)}`,
  )
}

describe('values that have a name', () => {
  it.each([
    ['Dockerfile', 'FROM a\nENV DB_PASSWORD …\n'],
    ['Dockerfile', '  ENV DB_PASSWORD "…"\n'],
    ['Makefile', 'DB_PASSWORD := …\n'],
    ['Makefile', 'DB_PASSWORD ?= …\n'],
    ['Procfile', 'web: DB_PASSWORD=… node app.js\n'],
    ['Jenkinsfile', `environment { DB_PASSWORD = '…' }\n`],
    ['Jenkinsfile', `withEnv(["DB_PASSWORD=…"]) {}\n`],
    ['Vagrantfile', 'config.ssh.password = "…"\n'],
    ['inventories/prod/hosts', '[db]\ndb1 ansible_ssh_pass=…\n'],
    ['group_vars/all', 'mysql_root_password: …\n'],
    ['nats.conf', 'authorization { user: me, password: … }\n'],
    ['appsettings.json', '{"Redis": "redis:6379,password=…,ssl=True"}\n'],
    ['a.ipynb', '{"source": [\n  "password=\\"…\\"\\n"\n]}\n'],
    ['compose.yaml', `POSTGRES_PASSWORD: \${PG_INITIAL:-…}\n`],
    ['application.yml', `password: \${DB_PASSWORD:…}\n`],
    ['application.properties', `spring.datasource.password=\${DB_PASSWORD:…}\n`],
    ['serverless.yml', `DB_PASSWORD: \${env:DB_INITIAL, '…'}\n`],
    ['A.java', `@Value("\${db.password:…}") String value;\n`],
    ['variables.tf', 'variable "db_password" {\n  type = string\n  default     = "…"\n}\n'],
    ['a.tf.json', '{"variable": {"db_password": {"type": "string", "default": "…"}}}\n'],
    ['stack.yaml', 'Parameters:\n  DbPassword:\n    Type: String\n    NoEcho: true\n    Default: …\n'],
    ['azure.json', '{"adminPassword": {"type": "securestring", "defaultValue": "…"}}\n'],
    ['services/messages/values.yaml', 'password: …\n'],
    ['lang/.env', 'DB_PASSWORD=…\n'],
    ['a.yaml', 'dbpass: …\n'],
    ['a.yaml', 'root_pw: …\n'],
    ['wpa_supplicant.conf', 'psk="…"\n'],
    ['compose.yaml', 'command: sh -c DB_PASSWORD=… start\n'],
    ['play.yml', '- mysql_user: name=me password=… priv=*.*:ALL\n'],
    ['job.yaml', 'args: --db-password=… --all\n'],
    ['A.cs', 'public string Password { get; set; } = "…";\n'],
    ['a.py', 'DB_PASSWORD: Final[str] = "…"\n'],
    ['a.py', 'DB_PASSWORD = """…"""\n'],
    ['a.ts', `let password: string | undefined = '…'\n`],
    ['a.rb', 'ENV.fetch("DB_PASSWORD") { "…" }\n'],
    ['a.xml', '<Password value="…"/>\n'],
    ['a.xml', '<AdministratorPassword>\n  <Value>…</Value>\n'],
    ['sitemanager.xml', '<Pass encoding="base64">…</Pass>\n'],
    ['a.xml', '<password xsi:type="xsd:string" encrypted="false">…</password>\n'],
    ['build.gradle', `storePassword '…'\n`],
    ['a.plist', '<key>Password</key>\n<string>…</string>\n'],
    ['core-site.xml', '<name>db.password</name>\n  <value>…</value>\n'],
    ['app.js', `const key = process.env.DB_PASSWORD || '…'\n`],
    ['app.ts', `const key =\n  process.env['DB_PASSWORD'] ??\n  '…'\n`],
    ['app.rb', `key = ENV['DB_PASSWORD'] || "…"\n`],
    ['app.py', `key = os.environ.get('DB_PASSWORD') or '…'\n`],
  ])('are found in %s: %s', (fileName, text) => {
    const value = `${HUMAN}!`
    expect(found(fileName, text.replace('…', value))).toEqual([`warn generic-password ${value}`])
  })

  it.each([
    ['.github/workflows/ci.yml', `run: curl -H 'X-Api-Key: …' https://acme.io\n`],
    ['ci.yaml', `run: |\n  curl -H "PRIVATE-TOKEN: …" https://acme.io\n`],
    ['a.php', `$headers = ["X-Api-Key: …"];\n`],
    ['appsettings.json', '{"Jwt": {"Issuer": "acme", "Key": "…"}}\n'],
    ['a.yaml', 'jwt:\n  key: …\n'],
    ['application.properties', 'encrypt.key=…\n'],
    ['a.ipynb', `{"source": ["os.environ['OPENAI_KEY'] = \\"…\\""]}\n`],
    ['app.js', `sign(process.env.JWT_SECRET || '…')\n`],
  ])('are found when they look drawn by chance: %s: %s', (fileName, text) => {
    expect(found(fileName, text.replace('…', DRAWN))).toEqual([`warn generic-secret ${DRAWN}`])
    expect(found(fileName, text.replace('…', 'customers'))).toEqual([])
  })

  it.each([
    ['Dockerfile', 'ENV DB_PASSWORD_FILE /run/secrets/db\n'],
    ['Dockerfile', 'RUN passwd -l root\n'],
    ['Makefile', 'DB_PASSWORD ?= $(shell cat password)\n'],
    ['compose.yaml', `POSTGRES_PASSWORD: \${PG_INITIAL:?must be set}\n`],
    ['compose.yaml', `POSTGRES_PASSWORD: \${PG_INITIAL:?PG_INITIAL}\n`],
    ['compose.yaml', `POSTGRES_PASSWORD: \${PG_INITIAL:+PG_INITIAL}\n`],
    ['compose.yaml', `POSTGRES_PASSWORD: \${PG_INITIAL:-postgres}\n`],
    ['compose.yaml', `POSTGRES_PASSWORD: \${PG_INITIAL:-changeme}\n`],
    ['compose.yaml', `POSTGRES_PASSWORD: \${PG_INITIAL:-\${OTHER}}\n`],
    ['application.yml', `password: \${DB_PASSWORD:}\n`],
    ['serverless.yml', `password: \${self:custom.dbSecret1}\n`],
    ['serverless.yml', `password: \${ssm:/acme/db/Secret1}\n`],
    ['A.java', `@Value("\${db.password:#{null}}") String value;\n`],
    ['A.java', `@Value("\${db.password}") String value;\n`],
    ['variables.tf', 'variable "db_password" {\n  default = ""\n}\n'],
    [
      'variables.tf',
      'variable "db_password" {\n  default = null\n}\nvariable "region" {\n  default = "Frankfurt1+"\n}\n',
    ],
    ['stack.yaml', 'DbPassword:\n  Type: String\nDbClass:\n  Default: Medium1+\n'],
    ['a.json', '{"password": {"type": "string"}, "name": {"default": "Medium1+"}}\n'],
    ['locales/de/login.json', '{"password": "Medium1+"}\n'],
    ['a.json', '{"code": "PW", "Palau1+x": "Pacific"}\n'],
    ['a.py', `  Authorization: MAC id="${fill('{a16}', dice(5))}",\n`],
    ['A.cs', 'public string Password { get; set; }\npublic string Name = "Medium1+";\n'],
    ['a.ts', `const isOk = password: isText == 'Medium1+'\n`],
    ['build.gradle', `storePassword System.getenv('PASSWORD')\nname 'Medium1+'\n`],
    ['a.html', '<label for="password" class="a">Medium1+</label>\n'],
    ['a.xml', '<password minLength="8"/><size>Medium1+</size>\n'],
    ['a.xml', '<name>db.user</name>\n  <value>Medium1+</value>\n'],
    ['a.plist', '<key>Password</key>\n<true/>\n<key>Size</key>\n<string>Medium1+</string>\n'],
    ['app.js', `const token = options.token || 'token'\n`],
    ['app.ts', `const label = \`\${password ?? 'none'}\`\n`],
    ['app.py', `'either a token or "Medium 1+ x"'\n`],
    ['appsettings.json', '{"Sort": {"Key": "…"}, "Partition": {"Key": "…"}}\n'.replaceAll('…', DRAWN)],
  ])('are not what stands for one, or has another name: %s: %s', (fileName, text) => {
    expect(found(fileName, text)).toEqual([])
  })
})

describe('passwords that stand for themselves in a call, or in an address', () => {
  it.each([
    ['A.cs', 'new NetworkCredential("me", "…");'],
    ['a.go', 'req.SetBasicAuth("me", "…")'],
    ['a.py', 'requests.get(url, auth=("me", "…"))'],
    ['a.php', `new PDO('mysql:host=db', 'me', '…');`],
    ['A.java', 'DriverManager.getConnection("jdbc:mysql://db/app", "me", "…");'],
  ])('are found in %s: %s', (fileName, text) => {
    const value = `${HUMAN}+a`
    expect(found(fileName, `${text.replace('…', value)}\n`)).toEqual([`warn config-password ${value}`])
    for (const word of ['customers', 'password', 'me'])
      expect(found(fileName, `${text.replace('…', word)}\n`)).toEqual([])
  })

  it('are found in addresses of Oracle', () => {
    const value = `${HUMAN}+a`
    expect(found('a.yaml', `url: jdbc:oracle:thin:scott/${value}@//db.acme.io:1521/x\n`)).toEqual([
      `block url-credentials ${value}`,
    ])
    expect(found('a.yaml', `url: jdbc:oracle:thin:scott/${value}@db\n`)).toEqual([`block url-credentials ${value}`])
    for (const user of ['scott/tiger123@localhost', '@db.acme.io:1521:x', `scott/\${PASSWORD}@db.acme.io`, '/@db'])
      expect(found('a.yaml', `url: jdbc:oracle:thin:${user}\n`)).toEqual([])
  })
})

describe('a Secret of Kubernetes', () => {
  it('is one beside translations too: a service may be called so', () => {
    const text = `apiVersion: v1\nkind: Secret\nstringData:\n  a: ${HUMAN}\n`
    expect(found('services/messages/k8s/db.yaml', text)).toEqual([`block kubernetes-secret ${HUMAN}`])
  })
})

describe('the key of credentials of Rails', () => {
  it.each(['config/master.key', 'app/config/credentials/production.key', 'config/secrets.yml.key'])(
    'blocks: %s',
    (name) => {
      const key = fill('{h32}', dice(48))
      expect(found(name, key)).toEqual([`block rails-key ${key}`])
      expect(found(name, `${key}\n`)).toEqual([`block rails-key ${key}`])
      expect(found(name, 'not a key\n')).toEqual([])
    },
  )
})
