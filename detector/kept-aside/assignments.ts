import { key, password } from './secrets.ts'
import { planted } from './kept-aside.ts'

type Forms = Readonly<Record<string, (secret: string) => string>>

/** The environment: of shells, services, containers, pipelines. */
const passwords: Forms = {
  '.env': (secret) => `NODE_ENV=production\nMAIL_PASSWORD=${secret}\nPORT=3000\n`,
  '.env, quoted': (secret) => `DB_USERNAME=root\nDB_PASSWORD="${secret}"\n`,
  '.env, single quotes': (secret) => `SMTP_PASS='${secret}'\n`,
  '.env, spaces': (secret) => `RABBITMQ_DEFAULT_PASS = ${secret}\n`,
  fish: (secret) => `set -gx SUDO_PASSWORD ${secret}\n`,
  csh: (secret) => `setenv FTP_PASSWORD ${secret}\n`,
  cmd: (secret) => `set DB_PWD=${secret}\r\n`,
  setx: (secret) => `setx ADMIN_PASSWORD "${secret}"\r\n`,
  PowerShell: (secret) => `$env:SQL_PASSWORD = "${secret}"\n`,
  'docker run': (secret) => `docker run --name db -e POSTGRES_PASSWORD=${secret} -d postgres:16\n`,
  'docker run, quoted': (secret) => `docker run -e "MARIADB_ROOT_PASSWORD=${secret}" mariadb\n`,
  systemd: (secret) => `[Service]\nEnvironment=APP_PASSWORD=${secret}\nExecStart=/usr/bin/app\n`,
  'systemd, quoted': (secret) => `Environment="GRAFANA_ADMIN_PASSWORD=${secret}"\n`,
  compose: (secret) => `services:\n  db:\n    environment:\n      MYSQL_PASSWORD: "${secret}"\n`,
  'compose, a list': (secret) =>
    `    environment:\n      - KEYCLOAK_ADMIN_PASSWORD=${secret}\n      - KC_DB=postgres\n`,
  'GitLab CI': (secret) => `variables:\n  POSTGRES_DB: app\n  POSTGRES_PASSWORD: ${secret}\n`,
  Dockerfile: (secret) => `FROM node:22\nENV ADMIN_PASS ${secret}\nRUN npm ci\n`,
  'Dockerfile, an argument': (secret) => `ARG NEXUS_PASSWORD=${secret}\n`,
  printenv: (secret) => `HOME=/root\nLOGNAME=root\nELASTIC_PASSWORD=${secret}\nPATH=/usr/bin\n`,
  Vagrant: (secret) => `    "ENV" => { "DB_ROOT_PASSWORD" => "${secret}" }\n`,
}

const keys: Forms = {
  '.env': (secret) => `# third party\nMAPS_API_KEY=${secret}\n`,
  '.env of Laravel': (secret) => `APP_NAME=Shop\nAPP_KEY=base64:${Buffer.from(secret).toString('base64')}\n`,
  '.env, quoted': (secret) => `NEXTAUTH_SECRET="${secret}"\nNEXTAUTH_URL=http://localhost:3000\n`,
  export: (secret) => `export CLOUDFLARE_API_TOKEN=${secret}\n`,
  'export, a comment behind': (secret) => `export DATADOG_API_KEY=${secret} # prod\n`,
  'two in a line': (secret) => `CLIENT_ID=web CLIENT_SECRET=${secret} npm run deploy\n`,
  PowerShell: (secret) => `$Env:ARM_CLIENT_SECRET='${secret}'\n`,
  'GitHub Actions': (secret) => `      env:\n        SNYK_TOKEN: ${secret}\n        CI: true\n`,
  'Azure Pipelines': (secret) => `variables:\n- name: sonarToken\n  value: '${secret}'\n`,
  CircleCI: (secret) => `    environment:\n      CODECOV_TOKEN: "${secret}"\n`,
  serverless: (secret) => `provider:\n  environment:\n    JWT_SECRET: ${secret}\n`,
  Heroku: (secret) => `heroku config:set SECRET_KEY_BASE=${secret} --app shop\n`,
  Netlify: (secret) => `[context.production.environment]\n  ALGOLIA_ADMIN_KEY = "${secret}"\n`,
  fly: (secret) => `fly secrets set SESSION_SECRET=${secret}\n`,
  Kubernetes: (secret) => `kubectl create secret generic app --from-literal=api-token=${secret}\n`,
  'Kubernetes, env': (secret) => `        env:\n        - name: ENCRYPTION_KEY\n          value: ${secret}\n`,
  ECS: (secret) => `"environment": [{ "name": "INTERNAL_API_KEY", "value": "${secret}" }]`,
  systemd: (secret) => `Environment='WEBHOOK_SECRET=${secret}' NODE_ENV=production\n`,
  Makefile: (secret) => `DEPLOY_TOKEN := ${secret}\n`,
  'Makefile, a default': (secret) => `SIGNING_KEY ?= ${secret}\n`,
}

export const environment = planted([passwords, password], [keys, key])
