import { planted } from './kept-aside.ts'
import { key, password, plainKey, plainPassword } from './secrets.ts'

type Forms = Readonly<Record<string, (secret: string) => string>>

/** Passwords in addresses and connection strings. */
const inAddresses: Forms = {
  PostgreSQL: (secret) => `postgresql://svc:${secret}@10.0.0.3:5432/shop?sslmode=require`,
  SQLAlchemy: (secret) => `engine = create_engine("postgresql+psycopg2://svc:${secret}@db/shop")`,
  MySQL: (secret) => `DATABASE_URL=mysql://root:${secret}@mysql:3306/shop`,
  MongoDB: (secret) => `mongoose.connect('mongodb+srv://app:${secret}@cluster0.ab1cd.mongodb.net/shop')`,
  'MongoDB, several hosts': (secret) => `mongodb://app:${secret}@m1:27017,m2:27017/shop?replicaSet=rs0`,
  Redis: (secret) => `REDIS_URL=redis://:${secret}@redis:6379/1`,
  'Redis, with TLS': (secret) => `rediss://default:${secret}@eu1-cache.upstash.io:6379`,
  AMQP: (secret) => `broker_url = 'amqp://shop:${secret}@rabbit:5672//'`,
  SMTP: (secret) => `MAILER_DSN=smtp://robot:${secret}@smtp.shop.io:587`,
  FTP: (secret) => `ftp://deploy:${secret}@ftp.shop.io/www`,
  SFTP: (secret) => `lftp sftp://deploy:${secret}@files.shop.io`,
  LDAP: (secret) => `ldaps://admin:${secret}@ldap.shop.io`,
  'a clone of git': (secret) => `git clone https://robot:${secret}@git.shop.io/shop/web.git`,
  'a proxy': (secret) => `export HTTPS_PROXY=http://jdoe:${secret}@proxy.shop.io:3128`,
  Elasticsearch: (secret) => `hosts: ["https://elastic:${secret}@es01:9200"]`,
  NATS: (secret) => `nats://svc:${secret}@nats:4222`,
  RTSP: (secret) => `rtsp://admin:${secret}@192.168.1.20:554/stream1`,
  pip: (secret) => `--extra-index-url https://ci:${secret}@pypi.shop.io/simple`,
  JDBC: (secret) => `jdbc:mysql://db:3306/shop?user=root&password=${secret}&useSSL=false`,
  'JDBC of SQL Server': (secret) =>
    `jdbc:sqlserver://sql:1433;databaseName=shop;user=sa;password=${secret};encrypt=true`,
  'JDBC of Oracle': (secret) => `jdbc:oracle:thin:shop/${secret}@//ora:1521/XE`,
  ClickHouse: (secret) => `clickhouse://default:${secret}@ch:9000/events`,
  Snowflake: (secret) => `snowflake://svc:${secret}@ab12345/shop`,
}

const inCommands: Forms = {
  'ADO.NET': (secret) => `Server=tcp:shop.database.windows.net,1433;User ID=app;Password=${secret};Encrypt=True;`,
  ODBC: (secret) => `DRIVER={ODBC Driver 18};SERVER=sql;UID=sa;PWD=${secret}`,
  libpq: (secret) => `psql "host=db user=shop password=${secret} dbname=shop"`,
  MySqlConnector: (secret) => `server=db;uid=root;pwd=${secret};database=shop`,
  'curl -u': (secret) => `curl -u robot:${secret} https://api.shop.io/v1/jobs`,
  'curl --user': (secret) => `curl -sS --user 'robot:${secret}' -X POST https://ci.shop.io/build`,
  'curl, a proxy': (secret) => `curl --proxy-user "jdoe:${secret}" https://shop.io`,
  wget: (secret) => `wget --user=robot --password=${secret} https://files.shop.io/a.zip`,
  'wget, http': (secret) => `wget --http-user=robot --http-password='${secret}' https://files.shop.io`,
  'mysql -p': (secret) => `mysql -u root -p${secret} shop < dump.sql`,
  mysqldump: (secret) => `mysqldump -uroot -p'${secret}' shop > dump.sql`,
  'mysql --password': (secret) => `mysql --user root --password ${secret} -e 'select 1'`,
  sshpass: (secret) => `sshpass -p ${secret} ssh ops@10.0.0.7`,
  'redis-cli': (secret) => `redis-cli -h cache -a ${secret} ping`,
  mongosh: (secret) => `mongosh --username admin --password '${secret}' --authenticationDatabase admin`,
  'docker login': (secret) => `docker login -u robot -p ${secret} registry.shop.io`,
  helm: (secret) => `helm upgrade db bitnami/postgresql --set auth.postgresPassword=${secret}`,
  az: (secret) => `az sql server create --admin-user dba --admin-password ${secret} --name shop`,
  gpg: (secret) => `gpg --batch --passphrase ${secret} -d backup.gpg`,
  openssl: (secret) => `openssl enc -d -aes-256-cbc -pass pass:${secret} -in a.enc`,
  keytool: (secret) => `keytool -list -keystore a.jks -storepass ${secret}`,
  htpasswd: (secret) => `htpasswd -bc /etc/nginx/.htpasswd admin ${secret}`,
  chpasswd: (secret) => `echo "deploy:${secret}" | chpasswd`,
  sudo: (secret) => `echo '${secret}' | sudo -S apt-get update`,
  'net use': (secret) => `net use Z: \\\\files\\shop /user:SHOP\\robot ${secret}`,
  smbclient: (secret) => `smbclient //files/shop -U robot%${secret}`,
}

const keysInAddresses: Forms = {
  'a parameter': (secret) => `https://maps.shop.io/geocode?address=Berlin&api_key=${secret}`,
  'a parameter, first': (secret) => `GET /v1/users?access_token=${secret}&limit=10 HTTP/1.1`,
  'a parameter, apikey': (secret) => `wss://stream.shop.io/ws?apikey=${secret}`,
  'a parameter, a secret': (secret) => `https://hooks.shop.io/in?secret=${secret}`,
  'a form': (secret) => `grant_type=client_credentials&client_id=web&client_secret=${secret}`,
  'a token as a user': (secret) => `git clone https://${secret}@git.shop.io/shop/web.git`,
  'a token as a password': (secret) => `https://x-access-token:${secret}@git.shop.io/shop/web`,
  'a token of CI': (secret) => `git remote set-url origin https://gitlab-ci-token:${secret}@gitlab.shop.io/a/b.git`,
  Sentry: (secret) => `https://${secret}:${secret}@sentry.shop.io/3`,
}

const keysInCommands: Forms = {
  'curl -H': (secret) => `curl -H 'Authorization: Bearer ${secret}' https://api.shop.io`,
  'curl --header': (secret) => `curl --header "X-API-Key: ${secret}" https://api.shop.io`,
  'curl, PRIVATE-TOKEN': (secret) => `curl --header "PRIVATE-TOKEN: ${secret}" https://gitlab.shop.io/api/v4/projects`,
  'curl, Basic': (secret) =>
    `curl -H "Authorization: Basic ${Buffer.from(`robot:${secret}`).toString('base64')}" https://api.shop.io`,
  'curl -u, a token': (secret) => `curl -u ${secret}: https://api.shop.io/v1/charges`,
  'curl, data': (secret) => `curl -d 'token=${secret}' -d channel=ops https://chat.shop.io/api`,
  httpie: (secret) => `http GET api.shop.io/me "X-Auth-Token:${secret}"`,
  'an option': (secret) => `sonar-scanner -Dsonar.projectKey=shop -Dsonar.token=${secret}`,
  'an option, a space': (secret) => `vercel deploy --prod --token ${secret}`,
  'an option, equals': (secret) => `snyk auth --api-key=${secret}`,
  'an option, quoted': (secret) => `doctl auth init --access-token "${secret}"`,
  'aws configure': (secret) => `aws configure set aws_secret_access_key ${secret}`,
  'npm config': (secret) => `npm config set //npm.shop.io/:_authToken ${secret}`,
  'Azure Service Bus': (secret) =>
    `Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${secret}`,
  'Azure Cosmos': (secret) => `AccountEndpoint=https://shop.documents.azure.com:443/;AccountKey=${secret};`,
  'Azure App Configuration': (secret) => `Endpoint=https://shop.azconfig.io;Id=a1-l0;Secret=${secret}`,
  'Application Insights': (secret) =>
    `InstrumentationKey=${secret};IngestionEndpoint=https://eu.in.applicationinsights.azure.com/`,
  kubectl: (secret) => `kubectl --token=${secret} get pods`,
  vault: (secret) => `vault login -method=token token=${secret}`,
  ngrok: (secret) => `ngrok config add-authtoken ${secret}`,
}

export const addresses = planted(
  [inAddresses, plainPassword],
  [inCommands, password],
  [keysInAddresses, plainKey],
  [keysInCommands, key],
)
