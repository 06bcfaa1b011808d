/** A file with one value in it, in one of the places where credentials are found. */
export interface Example {
  readonly fileName: string
  readonly text: string
}

export const CONTEXTS = ['dotenv', 'yaml', 'typescript', 'kubernetes'] as const
export type Context = (typeof CONTEXTS)[number]

/** @param variable - in capitals: `STRIPE_SECRET_KEY` */
export function placeIn(context: Context, variable: string, value: string): Example {
  if (context === 'dotenv') return { fileName: 'deploy/.env.production', text: dotenv(variable, value) }
  if (context === 'yaml') return { fileName: 'config/production.yaml', text: yaml(variable, value) }
  if (context === 'typescript') return { fileName: 'src/settings.ts', text: typescript(variable, value) }
  return { fileName: 'apps/prod/manifest.yaml', text: kubernetes(variable, value) }
}

function dotenv(variable: string, value: string): string {
  const written = /["'\n ]/.test(value)
    ? value.includes('"')
      ? `'${escapeLines(value)}'`
      : `"${escapeLines(value)}"`
    : value
  return `NODE_ENV=production\nPORT=8080\n${variable}=${written}\nLOG_LEVEL=info\n`
}

function yaml(variable: string, value: string): string {
  const key = camel(variable)
  const written = value.includes('\n') ? `|\n${value.replace(/^(?=.)/gm, '      ')}` : JSON.stringify(value)
  return `service:\n  name: api\n  replicas: 2\n  settings:\n    ${key}: ${written}\n    region: eu-west-1\n`
}

function typescript(variable: string, value: string): string {
  const written =
    value.includes('\n') && !value.includes('"') ? `\`${value}\`` : `'${escapeLines(value).replaceAll("'", "\\'")}'`
  return `import { client } from './client.ts'\n\nconst ${camel(variable)} = ${written}\nexport const service = client({ retries: 3 }, ${camel(variable)})\n`
}

function kubernetes(variable: string, value: string): string {
  const key = variable.toLowerCase().replaceAll('_', '-')
  const encoded = Buffer.from(value).toString('base64')
  return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\n  namespace: prod\ntype: Opaque\ndata:\n  ${key}: ${encoded}\n`
}

function camel(variable: string): string {
  return variable.toLowerCase().replace(/_([a-z\d])/g, (_whole, letter: string) => letter.toUpperCase())
}

function escapeLines(value: string): string {
  return value.replaceAll('\n', '\\n')
}
