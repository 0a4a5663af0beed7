import { digits, hex, lower, of, upper, uuid, word } from '../random-text.ts'

const base64 = (length: number) => of(`${lower}${upper}${digits}+/`, length)

/** What browsers get, and what programs are: digests, nonces, maps, images, and names that speak of secrets. */
export const pages: Readonly<Record<string, () => string>> = {
  'a policy with digests': () =>
    `Content-Security-Policy: default-src 'self'; script-src 'self' 'sha256-${base64(43)}=' 'nonce-${base64(22)}==' 'strict-dynamic'; style-src 'sha384-${base64(64)}'; report-uri https://csp.shop.io/r/${hex(24)}\r\n`,
  HTML: () =>
    `<link rel="stylesheet" href="/assets/app.${hex(8)}.css" integrity="sha384-${base64(64)}" crossorigin="anonymous"><script nonce="${base64(22)}==" src="/assets/app-${word(8)}.js"></script><form action="/login" method="post"><label for="password">Password</label><input type="password" id="password" name="password" autocomplete="current-password" placeholder="Your password"><input type="text" name="token" pattern="[0-9]{6}"></form>`,
  'HTML with data': () =>
    `<div id="root" data-reactroot data-page-id="${uuid()}" data-key="item-12"></div><script id="__NEXT_DATA__" type="application/json">{"buildId":"${word(21)}","page":"/auth/[token]","query":{}}</script>`,
  'JavaScript, minified': () =>
    `!function(e,t){var n=t.password,r=e.token||t.token,o=e.apiKey;n&&r!==o?(a.secret=s(n),u("key"+i)):c.auth={user:e.user,pass:e.pass}}(window,{token:null,key:"id"});\n//# sourceMappingURL=app.${hex(8)}.js.map`,
  'a bundle': () =>
    `(self.webpackChunk=self.webpackChunk||[]).push([[${of('123456789', 3)}],{${of('123456789', 5)}:(e,t,n)=>{"use strict";n.d(t,{getToken:()=>o,passwordRules:()=>i});const i={minLength:8,hasDigit:/\\d/},o=e=>e.headers.get("authorization")?.replace("Bearer ","")}},e=>{e.O(0,[971],()=>e(e.s=${of('123456789', 5)}))}]);/*${hex(20)}*/`,
  'a source map': () =>
    `{"version":3,"file":"auth.js","sources":["../src/auth/token.ts","../src/auth/password.ts"],"names":["token","getPassword","apiKey"],"mappings":"AAAA,SAASA,OAAOC,GAAG;AACrB,${Array.from({ length: 30 }, () => of(`${upper}ACEGI`, 4)).join(',')};${Array.from({ length: 20 }, () => of(`${lower}${upper}`, 5)).join(',')}"}`,
  'an image': () =>
    `.key{background:url("data:image/png;base64,iVBORw0KGgo${base64(400)}=")}.lock{background:url(data:image/svg+xml;base64,PHN2Zy${base64(300)})}`,
  'a font': () =>
    `@font-face{font-family:Key;src:url(data:font/woff2;charset=utf-8;base64,d09GMgABAAAAA${base64(600)}) format("woff2")}`,
  'a certificate': () =>
    `-----BEGIN CERTIFICATE-----\n${Array.from({ length: 6 }, () => base64(64)).join('\n')}\n-----END CERTIFICATE-----\n-----BEGIN PUBLIC KEY-----\nMIIB${base64(60)}\n${base64(64)}\n-----END PUBLIC KEY-----\n`,
  'known hosts': () =>
    `github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${base64(43)}\n|1|${base64(27)}=|${base64(27)}= ssh-rsa AAAAB3NzaC1yc2E${base64(200)}\n`,
  'authorized keys': () =>
    `command="/usr/bin/rrsync /backup" ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ${base64(340)} backup@shop\n`,
  'a log of git': () =>
    `commit ${hex(40)} (HEAD -> main)\nMerge: ${hex(7)} ${hex(7)}\nAuthor: Jo <jo@shop.io>\n\n    Rotate the API token and reset passwords (#1234)\n\ndiff --git a/auth/token.ts b/auth/token.ts\nindex ${hex(10)}..${hex(10)} 100644\n`,
  'a log of a service': () =>
    `{"level":30,"time":1718${of(digits, 9)},"pid":1,"reqId":"req-${of(lower + digits, 6)}","req":{"method":"POST","url":"/v1/auth/token","headers":{"host":"api.shop.io","authorization":"[Redacted]","x-request-id":"${uuid()}"}},"msg":"token refreshed"}\n`,
  Python: () =>
    'def login(self, username: str, password: str) -> Token:\n    user = authenticate(request, username=username, password=password)\n    token = Token.objects.get_or_create(user=user)[0]\n    return self.client.login(username, password, timeout=30)\n',
  Go: () =>
    'func (s *Server) Login(ctx context.Context, user, password string) (*Token, error) {\n\tif err := bcrypt.CompareHashAndPassword(u.PasswordHash, []byte(password)); err != nil {\n\t\treturn nil, fmt.Errorf("password: %w", err)\n\t}\n\tsecret := os.Getenv("JWT_SECRET")\n\treturn s.tokens.Issue(ctx, u.ID, secret)\n}\n',
  Java: () =>
    '  @Value("${spring.datasource.password}") private String password;\n  conn = DriverManager.getConnection(url, username, password);\n  props.put("password", System.getenv("DB_PASSWORD"));\n  new UsernamePasswordCredentials(config.getUser(), config.getPassword());\n',
  PHP: () =>
    "$db = new mysqli($host, $user, $password, 'shop_v2');\n$this->connect('localhost', $user, getenv('DB_PASS'));\ndefine('DB_PASSWORD', getenv('DB_PASSWORD'));\n",
  commands: () =>
    'mysql -u root -p shop < dump.sql\nmysql -h 127.0.0.1 -P 3306 -u root -p"$MYSQL_PWD" shop2024\nredis-cli -h cache -a "$REDIS_PASSWORD" ping\ndocker login -u "$USER" --password-stdin registry.shop.io\ncurl -u "$USER:$PASS" https://api.shop.io\ncurl --user-agent "shop/1.0 (build20240601)" https://shop.io\nhtpasswd -c /etc/nginx/.htpasswd admin2\nssh-keygen -t ed25519 -f ~/.ssh/id_ed25519_2024 -N ""\nkubectl create secret generic app --from-file=token=./token-v2.txt\naws configure set region eu-west-1\nnpm config set registry https://npm.shop.io/v2/\n',
  settings: () =>
    'DB_PASSWORD=${DB_PASSWORD}\nAPI_KEY=\nSECRET_KEY_FILE=/run/secrets/secret_key\nJWT_SECRET=change-me-please-1\nTOKEN_TTL=3600s\nPASSWORD_MIN_LENGTH=12\nAUTH_PROVIDER=oauth2-proxy\nSESSION_SECRET=<generate with openssl rand -hex 32>\nKEY_ID=key-2024-06\nAUTH_URL=https://id.shop.io/v1/auth\n',
  Terraform: () =>
    'resource "aws_db_instance" "main" {\n  username = "shop"\n  password = random_password.db.result\n  kms_key_id = aws_kms_key.db2.arn\n}\nvariable "db_password" {\n  type      = string\n  sensitive = true\n}\ndata "aws_secretsmanager_secret_version" "db" {\n  secret_id = "prod/db-credentials-v2"\n}\n',
  'GitHub Actions': () =>
    `jobs:\n  deploy:\n    steps:\n      - uses: actions/checkout@${hex(40)} # v4.1.7\n        with:\n          token: \${{ secrets.GITHUB_TOKEN }}\n          ssh-key: \${{ secrets.DEPLOY_KEY2 }}\n      - uses: docker/login-action@v3\n        with:\n          username: \${{ github.actor }}\n          password: \${{ secrets.REGISTRY_PASSWORD }}\n`,
  translations: () =>
    '{"auth.password.label":"Passwort","auth.password.tooShort":"Mindestens 8 Zeichen","auth.token.expired":"Der Link ist abgelaufen (Fehler E1042)","settings.apiKey":"API-Schlüssel","login.title":"Login2Shop"}',
  documentation: () =>
    'Set `API_TOKEN` to your token, for example `API_TOKEN=<your-token>`. The password must have 12 characters or more; `password123` is refused. Pass `--token TOKEN` or use `Authorization: Bearer <token>`.\n',
  'a test': () =>
    "await userEvent.type(screen.getByLabelText('Password'), 'password123')\nexpect(await login('user1', 'wrong-password')).toBe(false)\nconst token = 'test-token-1'\nconst key = `user:${id}:v2`\n",
}
