import type { Example } from '../contexts.ts'

/** Writes a value into a file of its sort; `variable` is in capitals. */
type Carrier = (variable: string, value: string) => Example

const quoted = (value: string) => JSON.stringify(value)
const snake = (variable: string) => variable.toLowerCase()
const dotted = (variable: string) => snake(variable).replaceAll('_', '.')
const kebab = (variable: string) => snake(variable).replaceAll('_', '-')
const camel = (variable: string) =>
  snake(variable).replace(/_([a-z\d])/g, (_whole, letter: string) => letter.toUpperCase())
const xml = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Places where credentials are found, other than those of the first corpus. */
export const CARRIERS: Readonly<Record<string, Carrier>> = {
  compose: (variable, value) => ({
    fileName: 'docker-compose.yml',
    text: `services:\n  api:\n    image: acme/api:1.4\n    environment:\n      NODE_ENV: production\n      ${variable}: ${quoted(value)}\n    ports: ["8080:8080"]\n`,
  }),
  'compose list': (variable, value) => ({
    fileName: 'compose.prod.yaml',
    text: `services:\n  api:\n    image: acme/api\n    environment:\n      - LOG=info\n      - ${quoted(`${variable}=${value}`)}\n    restart: always\n`,
  }),
  'GitHub Actions': (variable, value) => ({
    fileName: '.github/workflows/deploy.yml',
    text: `on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    env:\n      ${variable}: ${quoted(value)}\n    steps:\n      - uses: actions/checkout@v4\n      - run: ./deploy.sh\n`,
  }),
  tfvars: (variable, value) => ({
    fileName: 'prod.tfvars',
    text: `region = "eu-west-1"\n${snake(variable)} = ${quoted(value)}\nreplicas = 3\n`,
  }),
  terraform: (variable, value) => ({
    fileName: 'main.tf',
    text: `resource "acme_app" "api" {\n  name = "api"\n  settings = {\n    ${snake(variable)} = ${quoted(value)}\n  }\n}\n`,
  }),
  helm: (variable, value) => ({
    fileName: 'charts/api/values.yaml',
    text: `replicaCount: 2\nimage:\n  repository: acme/api\nextraEnv:\n  - name: ${variable}\n    value: ${quoted(value)}\nservice:\n  port: 80\n`,
  }),
  properties: (variable, value) => ({
    fileName: 'src/main/resources/application.properties',
    text: `server.port=8080\nacme.${dotted(variable)}=${value.replaceAll('\n', '\\n')}\nlogging.level.root=INFO\n`,
  }),
  toml: (variable, value) => ({
    fileName: 'config/app.toml',
    text: `[server]\nport = 8080\n\n[client]\n${snake(variable)} = ${quoted(value)}\ntimeout = "5s"\n`,
  }),
  python: (variable, value) => ({
    fileName: 'app/settings.py',
    text: `import os\n\nDEBUG = False\n${variable} = ${quoted(value)}\n\n\ndef client():\n    return Client(${variable}, timeout=5)\n`,
  }),
  go: (variable, value) => ({
    fileName: 'internal/client.go',
    text: `package internal\n\nconst ${camel(variable)} = ${value.includes('\n') ? `\`${value}\`` : quoted(value)}\n\nfunc New() *Client { return &Client{key: ${camel(variable)}} }\n`,
  }),
  java: (variable, value) => ({
    fileName: 'src/main/java/io/acme/Config.java',
    text: `package io.acme;\n\npublic final class Config {\n    private static final String ${variable} = ${quoted(value)};\n}\n`,
  }),
  csharp: (variable, value) => ({
    fileName: 'appsettings.Production.json',
    text: `{\n  "Logging": { "Level": "Warning" },\n  "Acme": {\n    "Client": { "${camel(variable)}": ${quoted(value)} }\n  }\n}\n`,
  }),
  'task definition': (variable, value) => ({
    fileName: 'task.json',
    text: `${JSON.stringify({
      family: 'api',
      containers: [
        {
          image: 'acme/api',
          environment: [
            { name: 'LOG', value: 'info' },
            { name: variable, value },
          ],
        },
      ],
    })}\n`,
  }),
  shell: (variable, value) => ({
    fileName: 'scripts/deploy.sh',
    text: `#!/bin/sh\nset -eu\nexport ${variable}='${value}'\nexec ./run --prod\n`,
  }),
  dockerfile: (variable, value) => ({
    fileName: 'Dockerfile',
    text: `FROM alpine:3.20\nENV ${variable}=${quoted(value)}\nCMD ["/run"]\n`,
  }),
  systemd: (variable, value) => ({
    fileName: 'api.service',
    text: `[Service]\nExecStart=/usr/bin/api\nEnvironment=${quoted(`${variable}=${value}`)}\nRestart=always\n`,
  }),
  xml: (variable, value) => ({
    fileName: 'conf/context.xml',
    text: `<?xml version="1.0"?>\n<config>\n  <property name="${dotted(variable)}" value="${xml(value)}"/>\n  <timeout>5</timeout>\n</config>\n`,
  }),
  'xml element': (variable, value) => ({
    fileName: 'settings.xml',
    text: `<settings>\n  <client>\n    <${camel(variable)}>${xml(value)}</${camel(variable)}>\n  </client>\n</settings>\n`,
  }),
  markdown: (variable, value) => ({
    fileName: 'docs/runbook.md',
    text: `# Runbook\n\nSet it before you deploy:\n\n\`\`\`sh\nexport ${variable}="${value}"\nmake deploy\n\`\`\`\n`,
  }),
  log: (variable, value) => ({
    fileName: 'debug.log',
    text: `2026-03-01T10:11:12Z INFO starting\n2026-03-01T10:11:13Z DEBUG config loaded ${kebab(variable)}=${quoted(value)} retries=3\n2026-03-01T10:11:14Z INFO ready\n`,
  }),
  notebook: (variable, value) => ({
    fileName: 'explore.ipynb',
    text: `${JSON.stringify({ cells: [{ cell_type: 'code', source: ['import os\n', `os.environ["${variable}"] = ${quoted(value)}\n`] }], nbformat: 4 }, null, 1)}\n`,
  }),
  ansible: (variable, value) => ({
    fileName: 'group_vars/prod.yml',
    text: `---\nnginx_port: 80\n${snake(variable)}: ${value.includes('\n') ? `|\n${value.replace(/^(?=.)/gm, '  ')}` : `'${value}'`}\nusers:\n  - bob\n`,
  }),
}
