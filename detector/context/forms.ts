import { digits, hex, lower, of, oneOf, upper } from '../random-text.ts'

const starts = [
  'hunter',
  'monkey',
  'Winter',
  'Tr0ub',
  'qX7',
  'j4mes',
  'blue',
  'zaq1',
  'kL9',
  'pl3as3',
  'admin',
  'r00t',
  'letmein',
]

/** As people choose them: a word, a number, a sign. */
export const password = (): string =>
  `${oneOf(starts, 'hunter')}${oneOf(['!', '#', '-', '@', '&', ''], '')}${oneOf(['Kd', 'vN', 'sky', 'mP'], 'Kd')}${of(digits, 2)}${oneOf(['!', 'x', 'Q', '%'], 'x')}`
const plain = () => password().replace(/[&@#%]/g, 'x')

/** As programs make them. */
export const key = (): string =>
  oneOf(
    [
      () => of(lower + upper + digits, 24),
      () => of(lower + upper + digits, 32),
      () => hex(32),
      () => of(`${lower}${upper}${digits}+/`, 40),
      () => of(lower + digits, 24),
      () => hex(64),
    ],
    () => hex(32),
  )().replace(/^[+/]/, 'a')

type Form = (secret: string) => string

/** How people and programs write down a password, by what it stands in. */
export const passwordForms: Readonly<Record<string, Form>> = {
  '.env': (secret) => `DB_PASSWORD=${secret}\nDEBUG=1`,
  shell: (secret) => `export REDIS_PASS="${secret}"`,
  'shell, before a command': (secret) => `PGPASSWORD=${secret} psql -h db`,
  'an option': (secret) => `mysqldump --password=${secret} db`,
  sshpass: (secret) => `sshpass -p '${secret}' ssh host`,
  YAML: (secret) => `database:\n  user: app\n  password: ${secret}\n`,
  'YAML of Kubernetes': (secret) => `env:\n  - name: DB_PASSWORD\n    value: ${secret}\n`,
  'a Secret of Kubernetes': (secret) =>
    `kind: Secret\ndata:\n  password: ${Buffer.from(`${secret}x`).toString('base64')}\n`,
  'docker compose': (secret) => `    environment:\n      - MYSQL_ROOT_PASSWORD=${secret}\n`,
  'docker compose, as a map': (secret) => `      POSTGRES_PASSWORD: ${secret}\n`,
  Dockerfile: (secret) => `ENV DB_PASS=${secret}\n`,
  JSON: (secret) => `{"username":"app","password":"${secret}"}`,
  'JSON in a string': (secret) => `{\\"password\\":\\"${secret}\\"}`,
  Terraform: (secret) => `  password = "${secret}"`,
  'a variable of Terraform': (secret) => `variable "db_password" {\n  type = string\n  default = "${secret}"\n}`,
  INI: (secret) => `[smtp]\nuser = x\npassword = ${secret}\n`,
  'Java properties': (secret) => `spring.datasource.password=${secret}\n`,
  'a default in YAML': (secret) => `password: \${DB_PASSWORD:${secret}}`,
  XML: (secret) => `<password>${secret.replace('&', '')}</password>`,
  'an attribute of XML': (secret) => `<property name="connection.password" value="${secret.replace('&', '')}"/>`,
  netrc: (secret) => `machine api.internal login bob password ${secret}\n`,
  Ansible: (secret) => `ansible_become_pass: "${secret}"`,
  Python: (secret) => `conn = connect(host="db", user="root", passwd="${secret}")`,
  'Python, a pair': (secret) => `requests.get(url, auth=("admin", "${secret}"))`,
  JavaScript: (secret) => `  password: '${secret}',`,
  Java: (secret) => `config.setPassword("${secret}");`,
  'C#': (secret) => `"ConnectionString": "Server=db;Database=x;User Id=sa;Password=${secret};"`,
  'Visual Basic': (secret) => `Dim password As String = "${secret}"`,
  PowerShell: (secret) => `$Password = ConvertTo-SecureString "${secret}" -AsPlainText -Force`,
  Go: (secret) => `password := "${secret}"`,
  Ruby: (secret) => `  :password => "${secret}"`,
  PHP: (secret) => `define('DB_PASSWORD', '${secret}');`,
  C: (secret) => `#define WIFI_PASSWORD "${secret}"`,
  Lua: (secret) => `local password = "${secret}"`,
  Perl: (secret) => `my $pass = '${secret}';`,
  'a comparison': (secret) => `if (password == "${secret}") {`,
  SQL: (secret) => `ALTER USER app WITH PASSWORD '${secret}';`,
  'a log': (secret) => `2026-01-01 INFO login user=bob password=${secret} ok`,
  Markdown: (secret) => `- Password: ${secret}\n`,
  'a difference': (secret) => `+  password: ${secret}\n-  password: old`,
}

export const keyForms: Readonly<Record<string, Form>> = {
  '.env': (secret) => `API_KEY=${secret}\nDEBUG=1`,
  'a key of a service': (secret) => `STRIPE_KEY=${secret}\n`,
  YAML: (secret) => `  apiKey: "${secret}"`,
  'YAML of Kubernetes': (secret) => `  - name: API_TOKEN\n    value: "${secret}"`,
  JSON: (secret) => `{"client_secret": "${secret}", "x": 1}`,
  'JSON, in fields of their own': (secret) => `{"name": "SECRET_TOKEN", "value": "${secret}"}`,
  Terraform: (secret) => `access_key = "${secret}"`,
  TOML: (secret) => `token = "${secret}"`,
  '.npmrc': (secret) => `//registry.internal/:_authToken=${secret.replace(/[+/]/g, 'x')}`,
  'AWS’s credentials': (secret) => `[default]\naws_secret_access_key = ${secret}\n`,
  Python: (secret) => `os.environ["SERVICE_TOKEN"] = "${secret}"`,
  'Python, a default': (secret) => `token = os.getenv("API_TOKEN", "${secret}")`,
  'Python, a header': (secret) => `headers = {"X-Api-Key": "${secret}"}`,
  JavaScript: (secret) => `const clientSecret: string = "${secret}"`,
  'JavaScript, a default': (secret) => `const secret = process.env.JWT_SECRET || '${secret}'`,
  'JavaScript, a header': (secret) => `axios.defaults.headers.common['Authorization'] = 'Bearer ${secret}'`,
  Java: (secret) => `private static final String API_KEY = "${secret}";`,
  'C#': (secret) => `<add key="ApiSecret" value="${secret}" />`,
  Go: (secret) => `const secretKey string = "${secret}"`,
  Rust: (secret) => `let token: &str = "${secret}";`,
  Swift: (secret) => `let apiSecret = "${secret}"`,
  Ruby: (secret) => `config.secret_key = '${secret}'`,
  PHP: (secret) => `'api_key' => '${secret}',`,
  'curl, a header': (secret) => `curl -H "Authorization: Bearer ${secret}" https://api.internal`,
  'a header': (secret) => `X-Auth-Token: ${secret}\r\n`,
  'an address': (secret) => `https://api.internal/v1?api_key=${secret.replace(/[+/]/g, 'x')}&q=1`,
  'a log of requests': (secret) => `10.0.0.1 - - "GET /x?access_token=${secret.replace(/[+/]/g, 'x')} HTTP/1.1" 200`,
  'an option': (secret) => `cli --api-key ${secret} run`,
  Dockerfile: (secret) => `ENV SECRET_TOKEN ${secret}\n`,
}

/** A password between scheme and host. */
export const addressForms: Readonly<Record<string, Form>> = {
  PostgreSQL: (secret) => `postgres://app:${secret}@db.prod:5432/x`,
  'Redis, without a user': (secret) => `redis://:${secret}@cache:6379/0`,
  MongoDB: (secret) => `mongodb+srv://root:${secret}@c0.internal.net/db`,
  AMQP: (secret) => `amqp://svc:${secret}@mq:5672`,
  git: (secret) => `https://oauth2:${secret}@git.internal/x/y.git`,
}
export const passwordOfAddress = plain
