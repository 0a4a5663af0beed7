import { planted } from './kept-aside.ts'
import { key, password } from './secrets.ts'

type Forms = Readonly<Record<string, (secret: string) => string>>

const forXml = (secret: string) => secret.replace(/&/g, '&amp;').replace(/</g, '&lt;')

/** Files of settings: JSON, YAML, TOML, INI, XML, properties, and those that have a form of their own. */
const passwords: Forms = {
  'package of JSON': (secret) =>
    `{\n  "db": {\n    "host": "10.0.0.5",\n    "user": "svc",\n    "password": "${secret}"\n  }\n}\n`,
  'JSON, minified': (secret) => `{"smtp":{"host":"mail.shop.io","auth":{"user":"robot","pass":"${secret}"}}}`,
  'appsettings.json': (secret) =>
    `"ConnectionStrings": {\n  "Default": "Server=sql01;Database=Shop;User ID=app;Password=${secret};Encrypt=True"\n}`,
  Sequelize: (secret) =>
    `{"production":{"username":"root","password":"${secret}","database":"shop","dialect":"mysql"}}`,
  'application.yml': (secret) =>
    `spring:\n  datasource:\n    url: jdbc:postgresql://db/shop\n    username: shop\n    password: ${secret}\n`,
  'application.yml, quoted': (secret) => `  mail:\n    username: noreply\n    password: '${secret}'\n    port: 587\n`,
  'database.yml of Rails': (secret) => `production:\n  adapter: mysql2\n  username: deploy\n  password: "${secret}"\n`,
  'Helm values': (secret) => `postgresql:\n  auth:\n    postgresPassword: ${secret}\n    database: shop\n`,
  'Helm values, an admin': (secret) => `grafana:\n  adminUser: admin\n  adminPassword: "${secret}"\n`,
  'Kubernetes, stringData': (secret) =>
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  username: app\n  password: ${secret}\n`,
  'Kubernetes, data': (secret) =>
    `apiVersion: v1\nkind: Secret\ntype: Opaque\ndata:\n  db-password: ${Buffer.from(secret).toString('base64')}\n`,
  'Ansible inventory': (secret) => `[web]\nweb1 ansible_host=10.0.0.7 ansible_user=ops ansible_ssh_pass=${secret}\n`,
  'Ansible variables': (secret) => `mysql_root_password: ${secret}\nmysql_port: 3306\n`,
  TOML: (secret) => `[database]\nserver = "10.0.0.1"\nuser = "root"\npassword = "${secret}"\n`,
  INI: (secret) => `[mysqld]\nuser=root\npassword=${secret}\n`,
  'INI of Odoo': (secret) => `[options]\nadmin_passwd = ${secret}\ndb_host = False\n`,
  'my.cnf': (secret) => `[client]\nuser = backup\npassword = "${secret}"\nhost = db\n`,
  properties: (secret) => `jdbc.username=sa\njdbc.password=${secret}\njdbc.driver=org.h2.Driver\n`,
  'properties, a long name': (secret) => `javax.persistence.jdbc.password = ${secret}\n`,
  'keystore properties': (secret) => `storePassword=${secret}\nkeyAlias=upload\n`,
  Tomcat: (secret) => `<user username="deployer" password="${forXml(secret)}" roles="manager-script"/>`,
  'Maven settings': (secret) =>
    `<server>\n  <id>nexus</id>\n  <username>ci</username>\n  <password>${forXml(secret)}</password>\n</server>`,
  Hibernate: (secret) => `<property name="hibernate.connection.password">${forXml(secret)}</property>`,
  'web.config': (secret) =>
    `<add name="Main" connectionString="Data Source=sql;Initial Catalog=Shop;User ID=web;Pwd=${forXml(secret)}" />`,
  NuGet: (secret) => `<add key="ClearTextPassword" value="${forXml(secret)}" />`,
  'Spring bean': (secret) => `<property name="password" value="${forXml(secret)}" />`,
  Redis: (secret) => `bind 127.0.0.1\nrequirepass ${secret}\nmaxmemory 1gb\n`,
  netrc: (secret) => `machine git.shop.io\n  login robot\n  password ${secret}\n`,
  pypirc: (secret) => `[pypi]\nusername = robot\npassword = ${secret}\n`,
  wpa_supplicant: (secret) => `network={\n  ssid="office"\n  psk="${secret}"\n}`,
  'Terraform variables': (secret) => `db_username = "app"\ndb_password = "${secret}"\n`,
  LDAP: (secret) => `ldap:\n  bind_dn: cn=admin,dc=shop\n  bind_password: '${secret}'\n`,
}

const keys: Forms = {
  JSON: (secret) => `{\n  "name": "shop",\n  "apiKey": "${secret}",\n  "region": "eu"\n}\n`,
  'service account': (secret) =>
    `{"type":"authorized_user","client_id":"web.apps","client_secret":"${secret}","refresh_token":"x"}`,
  'refresh token': (secret) => `{"access_token":"${secret}","token_type":"Bearer","expires_in":3600}`,
  Docker: (secret) => `{"auths":{"registry.shop.io":{"auth":"${Buffer.from(`robot:${secret}`).toString('base64')}"}}}`,
  'appsettings.json': (secret) => `"Jwt": {\n  "Issuer": "shop",\n  "SigningKey": "${secret}"\n}`,
  'Azure AD': (secret) => `"AzureAd": { "TenantId": "common", "ClientSecret": "${secret}" }`,
  YAML: (secret) => `stripe:\n  secret_key: ${secret}\n  currency: eur\n`,
  'YAML, in a list': (secret) => `tokens:\n  - name: ci\n    token: ${secret}\n`,
  'secrets.yml of Rails': (secret) => `production:\n  secret_key_base: ${secret}\n`,
  Symfony: (secret) => `framework:\n    secret: '${secret}'\n`,
  Prometheus: (secret) => `    bearer_token: ${secret}\n    static_configs:\n`,
  Alertmanager: (secret) => `  pagerduty_configs:\n  - routing_key: ${secret}\n`,
  kubeconfig: (secret) => `users:\n- name: ci\n  user:\n    token: ${secret}\n`,
  TOML: (secret) => `[api]\ntoken = '${secret}'\n`,
  wrangler: (secret) => `[vars]\nAUTH_SECRET = "${secret}"\n`,
  Cargo: (secret) => `[registries.shop]\ntoken = "${secret}"\n`,
  'INI of AWS': (secret) => `[prod]\naws_access_key_id = AKIB\naws_session_token = ${secret}\n`,
  INI: (secret) => `[oauth]\nconsumer_key = shop\nconsumer_secret = ${secret}\n`,
  Gitea: (secret) => `[security]\nINTERNAL_TOKEN = ${secret}\nSECRET_KEY = x\n`,
  properties: (secret) => `security.oauth2.client.clientSecret=${secret}\n`,
  'sonar properties': (secret) => `sonar.login=${secret}\nsonar.token=${secret}\n`,
  npmrc: (secret) => `registry=https://npm.shop.io/\n//npm.shop.io/:_authToken=${secret}\n`,
  'npmrc, a pair': (secret) => `//npm.shop.io/:_password="${Buffer.from(secret).toString('base64')}"\n`,
  yarnrc: (secret) => `npmRegistryServer: "https://npm.shop.io"\nnpmAuthToken: "${secret}"\n`,
  'composer auth.json': (secret) => `{"bearer": {}, "github-oauth": {"github.com": "${secret}"}}`,
  'web.config': (secret) => `<appSettings>\n  <add key="TwilioAuthToken" value="${secret}"/>\n</appSettings>`,
  'Android strings': (secret) => `<string name="google_maps_key">${secret}</string>`,
  plist: (secret) => `<key>ApiSecret</key>\n<string>${secret}</string>`,
  'XML element': (secret) => `<credentials><apiToken>${secret}</apiToken></credentials>`,
  Terraform: (secret) => `provider "datadog" {\n  api_key = "${secret}"\n  app_key = var.app\n}`,
  'HCL of Vault': (secret) => `storage "consul" {\n  address = "127.0.0.1:8500"\n  token   = "${secret}"\n}`,
  rclone: (secret) => `[s3]\ntype = s3\nsecret_access_key = ${secret}\n`,
}

export const files = planted([passwords, password], [keys, key])
