import { describe, expect, it } from 'vitest'
import { scanText } from '../../../../src/scan/engine.ts'
import { dice, fill } from '../../../helpers/credentials/draw.ts'

/** Drawn by chance, and as people make them: no line here holds a password. */
const DRAWN = fill('{a16}', dice(31))
const CHOSEN = ['Herbst', 'wald', '+', '2047'].join('')
const HUMAN = ['herbst', 'wald', '47'].join('')

/** Rule and text of each finding. */
function found(fileName: string, text: string): string[] {
  return scanText(text, { fileName }).map(
    ({ level, rule, span }) => `${level} ${rule} ${text.slice(span.start, span.end)}`,
  )
}

const SQL = [
  `CREATE USER app IDENTIFIED BY '…';`,
  `create user 'app'@'%' identified with caching_sha2_password by '…';`,
  `ALTER USER app IDENTIFIED BY "…";`,
  `GRANT ALL ON *.* TO 'a'@'%' IDENTIFIED BY '…' WITH GRANT OPTION;`,
  `CREATE ROLE app LOGIN PASSWORD '…';`,
  `CREATE ROLE app WITH LOGIN ENCRYPTED PASSWORD '…';`,
  `ALTER USER postgres\n  WITH PASSWORD '…';`,
  `SET PASSWORD FOR 'app'@'%' = PASSWORD('…');`,
  `CREATE LOGIN app WITH PASSWORD = N'…';`,
  `CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'me', password '…');`,
]

describe('passwords in SQL', () => {
  it.each(SQL)('are found: %s', (statement) => {
    for (const password of [DRAWN, CHOSEN, HUMAN]) {
      const text = statement.replace('…', password)
      const expected = [`warn sql-password ${password}`]
      expect(found('init.sql', `${text}\n`)).toEqual(expected)
      expect(found('a.yaml', `init.sql: |\n  ${text}\n`)).toEqual(expected)
      expect(found('a.sh', `psql <<END\n${text}\nEND\n`)).toEqual(expected)
    }
  })

  it('are found in texts inside texts', () => {
    const statement = `ALTER USER app WITH PASSWORD '…'`.replace('…', CHOSEN)
    const expected = [`warn sql-password ${CHOSEN}`]
    expect(found('a.sh', `psql -c "${statement}"\n`)).toEqual(expected)
    expect(found('a.sh', `psql -c '${statement.replaceAll("'", `'\\''`)}'\n`)).toEqual(expected)
    expect(found('a.sh', `psql -c '${statement.replaceAll("'", `'"'"'`)}'\n`)).toEqual(expected)
    expect(found('a.ts', `await db.query("${statement.replaceAll("'", '\\"')}")\n`)).toEqual(expected)
  })

  it.each([
    `IDENTIFIED BY 'password'`,
    `IDENTIFIED BY 'new_password'`,
    `IDENTIFIED BY '$\{DB_PASSWORD}'`,
    `IDENTIFIED BY '{{ .Values.password }}'`,
    `IDENTIFIED BY '@password@'`,
    `IDENTIFIED BY '<password>'`,
    `IDENTIFIED BY '%s'`,
    `IDENTIFIED BY '****'`,
    `IDENTIFIED BY '" + password + "'`,
    `IDENTIFIED BY PASSWORD '*6BB4837EB74329105EE4568DDA7DC67ED2CA2AD9'`,
    `IDENTIFIED WITH mysql_native_password AS '*6BB4837EB74329105EE4568DDA7DC67ED2CA2AD9'`,
    `IDENTIFIED WITH sha256_hash BY '${fill('{h64}', dice(3))}'`,
    `ENCRYPTED PASSWORD 'md5${fill('{h32}', dice(4))}'`,
    `PASSWORD 'SCRAM-SHA-256$4096:${fill('{b24}', dice(5))}'`,
    'PASSWORD NULL',
  ])('are not what stands for one, or for its hash: %s', (end) => {
    expect(found('init.sql', `CREATE USER app ${end};\n`)).toEqual([])
  })

  it('are not values of another statement', () => {
    expect(found('init.sql', `CREATE USER app;\nINSERT INTO doors (name, password) VALUES ('a', 'herbst');\n`)).toEqual(
      [],
    )
    expect(found('a.py', `db.execute("CREATE USER app PASSWORD 'test1234'")\n`)).toEqual([])
  })
})

const COMMANDS = [
  'docker login -u me -p … registry.acme.io',
  'podman login --username me --password=… registry.acme.io',
  'docker login -u me \\\n  -p … registry.acme.io',
  'helm registry login -u me -p … registry.acme.io',
  'sshpass -p … ssh root@server',
  `sshpass -p'…' ssh root@server`,
  'mysql -uroot -p… -h db',
  `/usr/bin/mysqldump -u root -p'…' -h db`,
  'mongodump -u me -p … --host db',
  'redis-cli -h db -p 6379 -a … ping',
  'htpasswd -bc .htpasswd me …',
  'htpasswd -nbB me …',
  'openssl rsa -in key.pem -passin pass:… -out open.pem',
  'openssl pkcs12 -export -passout "pass:…"',
  'net use Z: \\\\server\\share … /user:ACME\\me',
  'rabbitmqctl add_user me …',
  'ldapsearch -x -D cn=admin -w … -b dc=acme',
  `sqlcmd -S db -U sa -P '…'`,
  'keytool -list -storepass …',
  'rabbitmqctl change_password me …',
  'mosquitto_pub -h server -u me -P … -t topic',
  `ssh-keygen -t ed25519 -N "…" -f key`,
  `ConvertTo-SecureString "…" -AsPlainText -Force`,
  `(ConvertTo-SecureString -String '…' -AsPlainText -Force)`,
  'npm config set //registry.acme.io/:_authToken …',
  'npm config set _auth … --global',
  'aws configure set aws_session_token … --profile acme',
  'PGPASSWORD=… psql -h db',
  `MYSQL_PWD='…' mysql -h db`,
  `echo 'root:…' | chpasswd`,
  'echo … | docker login -u me --password-stdin',
  `echo '…' | sudo -S true`,
]

describe('passwords on command lines', () => {
  it.each(COMMANDS)('are found: %s', (command) => {
    for (const password of [DRAWN, CHOSEN, HUMAN]) {
      const text = command.replace('…', password)
      const expected = [`warn command-password ${password}`]
      expect(found('a.sh', `${text}\n`)).toEqual(expected)
      expect(found('Makefile', `all:\n\t${text}\n`)).toEqual(expected)
    }
    const line = command.replace('…', DRAWN).replace(/\\\n */, '')
    expect(found('a.yaml', `script:\n  - ${line}\n`)).toEqual([`warn command-password ${DRAWN}`])
    expect(found('README.md', `Run \`${line}\`.\n`)).toEqual([`warn command-password ${DRAWN}`])
  })

  it.each([
    ['compose.yaml', 'test: ["CMD", "mysqladmin", "ping", "-uroot", "-p…"]'],
    ['compose.yaml', 'command: [\n  "redis-cli",\n  "-a",\n  "…",\n  "ping"\n]'],
    ['a.json', '{"scripts": {"db": "mysql -uroot -p\\"…\\" app"}}'],
    ['a.py', 'subprocess.run(["sshpass", "-p", "…", "ssh", "server"])'],
    ['a.ts', "execSync('docker login -u me -p … registry.acme.io')"],
  ])('are found in %s: %s', (fileName, text) => {
    expect(found(fileName, `${text.replace('…', DRAWN)}\n`)).toEqual([`warn command-password ${DRAWN}`])
  })

  it('of curl are found in all forms of its option', () => {
    for (const option of ['-u me:…', '-ume:…', '-sSfu me:…', `--user 'me:…'`, '--user="me:…"', `-u me:'…'`]) {
      const text = `curl ${option.replace('…', HUMAN)} https://acme.io\n`
      for (const name of ['a.sh', 'a.md', 'a.py'])
        expect(found(name, text)).toEqual([`warn curl-user-password ${HUMAN}`])
    }
  })

  it('behind options of any program are found, the item below one too', () => {
    const expected = [`warn generic-password ${HUMAN}`]
    expect(found('a.sh', `backup --password=${HUMAN} --all\n`)).toEqual(expected)
    expect(found('a.yaml', `args:\n  - --db-password\n  - ${HUMAN}\n`)).toEqual(expected)
  })

  it.each([
    'docker login -u me -p "$PASSWORD" registry.acme.io',
    'docker login -u me -p $(cat password) registry.acme.io',
    'docker login -u me -p <password> registry.acme.io',
    'docker login -u me -p {{ password }} registry.acme.io',
    'docker login -u me --password-stdin < password.txt',
    'docker run -p 127.0.0.1:8080:80 nginx',
    'sshpass -e ssh root@server',
    'mysql -u root -p customers',
    'mysql -uroot -p$MYSQL_PASSWORD customers',
    'mysql -uroot -p$$MYSQL_PASSWORD customers',
    'mysql -uroot -ppassword customers',
    'mysql -h db -P 3306 -u root -pmy-secret-pw',
    'PGPASSWORD=$(cat password) psql',
    'PGPASSWORD=postgres psql',
    'redis-cli -a "$REDIS_PASSWORD" ping',
    'htpasswd -c .htpasswd customers',
    'openssl rsa -passin env:PASSWORD',
    'ssh-keygen -t ed25519 -N "" -f key',
    'ConvertTo-SecureString $password -AsPlainText -Force',
    'ConvertTo-SecureString -String customers47',
    'npm config set registry customers47',
    'aws configure set region customers47',
    'openssl rsa -passin file:customers.txt',
    'openssl rsa -passin pass:changeit',
    'net use Z: \\\\server\\customers * /user:me',
    'net use Z: \\\\server\\customers %PASSWORD% /user:me',
    'curl -u "$USER:$PASSWORD" https://acme.io',
    'curl -u me:password https://acme.io',
    'curl -u me https://acme.io',
    'echo "$PASSWORD" | docker login -u me --password-stdin',
    'echo "root:root" | chpasswd',
    'echo customers-47 | grep 47',
    'backup --password=$PASSWORD --password-file=/etc/customers',
  ])('are not what stands for one: %s', (command) => {
    expect(found('a.sh', `${command}\n`)).toEqual([])
    expect(found('a.yaml', `run: |\n  ${command}\n`)).toEqual([])
  })
})

describe('passwords in lines of configuration', () => {
  it.each([
    'requirepass …',
    'masterauth "…"',
    'user app on >… ~* +@all',
    'bindpw …',
    'rootpw …',
    'auth_pass …',
    'user me insecure-password …',
    'stats auth me:…',
  ])('are found: %s', (line) => {
    for (const password of [DRAWN, CHOSEN, HUMAN]) {
      const text = line.replace('…', password)
      const expected = [`warn config-password ${password}`]
      expect(found('server.conf', `# ${line.split(' ')[0]} is here\n${text}\n`)).toEqual(expected)
      expect(found('a.yaml', `server.conf: |\n  maxmemory 1gb\n  ${text}\n`)).toEqual(expected)
    }
  })

  it('of users are found that cloud-init makes', () => {
    const text = `chpasswd:\n  expire: false\n  list: |\n    root:${CHOSEN}\n    me:RANDOM\n    they:R\n    you:${HUMAN}\nother:\n  a: b:${HUMAN}\n`
    expect(found('user-data.yaml', text)).toEqual([`warn config-password ${CHOSEN}`, `warn config-password ${HUMAN}`])
  })

  it('of connections in Java are found', () => {
    const connect = (password: string) => `DriverManager.getConnection("jdbc:mysql://db/app", "me", "${password}");\n`
    expect(found('A.java', connect(CHOSEN))).toEqual([`warn config-password ${CHOSEN}`])
    expect(found('A.java', connect('customers'))).toEqual([])
  })

  it.each(['requirepass foobared', 'requirepass $PASSWORD', '# masterauth <password>', 'requirepass is for all users'])(
    'are not what stands for one: %s',
    (line) => {
      expect(found('redis.conf', `${line}\n`)).toEqual([])
    },
  )

  it.each([
    ['config', 'port 6379\nrequirepass …\n'],
    ['command', '#!/bin/sh\nmysql -uroot -p… app\n'],
    ['sql', "SELECT 1;\nCREATE USER app PASSWORD '…';\n"],
  ])('are found behind escaped line ends: %s', (rule, lines) => {
    const text = JSON.stringify({ file: lines.replace('…', CHOSEN) })
    expect(found('a.json', text)).toEqual([`warn ${rule}-password ${CHOSEN}`])
    expect(found('a.yaml', `files: ${text}\n`)).toEqual([`warn ${rule}-password ${CHOSEN}`])
  })

  it('of .netrc and .pgpass are found in other files, and block as those of addresses do', () => {
    for (const [password, level] of [
      [DRAWN, 'block'],
      [HUMAN, 'warn'],
    ] as const) {
      const netrc = [`${level} netrc-password ${password}`]
      const line = `machine api.acme.io login me password ${password}`
      expect(found('a.yaml', `netrc: |\n  ${line}\n`)).toEqual(netrc)
      expect(found('a.sh', `echo "${line}" > ~/.netrc\n`)).toEqual(netrc)
      expect(found('a.sh', `printf "${line.replaceAll(' login', '\\n login')}" > ~/.netrc\n`)).toEqual(netrc)
      expect(found('a.sh', `echo "db.acme.io:5432:app:me:${password}" > ~/.pgpass\n`)).toEqual([
        `${level} pgpass-password ${password}`,
      ])
    }
    expect(found('a.sh', 'echo "machine api.acme.io login me password $TOKEN" > ~/.netrc\n')).toEqual([])
    expect(found('a.sh', 'echo "db.acme.io:5432:app:me:$PASSWORD" > ~/.pgpass\n')).toEqual([])
  })
})
