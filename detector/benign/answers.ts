import { digits, hex, lower, of, upper, uuid, word } from '../random-text.ts'

const base64 = (length: number) => of(`${lower}${upper}${digits}+/`, length)
const url = (length: number) => of(`${lower}${upper}${digits}-_`, length)
const number = (length: number) => of('123456789', length)

/** What services answer: ids, digests, cursors and public keys, and no credentials. */
export const answers: Readonly<Record<string, () => string>> = {
  'a repository of GitHub': () =>
    `{"id":${number(9)},"node_id":"R_kgDO${url(6)}","full_name":"octo/keys","private":false,"owner":{"login":"octo","id":${number(6)},"node_id":"MDQ6VXNlcj${word(8)}=","avatar_url":"https://avatars.githubusercontent.com/u/${number(6)}?v=4","gravatar_id":""},"keys_url":"https://api.github.com/repos/octo/keys/keys{/key_id}","temp_clone_token":"","default_branch":"main"}`,
  'a commit of GitHub': () =>
    `{"sha":"${hex(40)}","node_id":"C_kwDO${url(56)}","commit":{"tree":{"sha":"${hex(40)}"},"verification":{"verified":true,"reason":"valid","payload":"tree ${hex(40)}\\nparent ${hex(40)}\\nauthor A <a@b.io> 1718000000 +0000\\n\\nRotate the token"}},"parents":[{"sha":"${hex(40)}"}]}`,
  'GraphQL of GitHub': () =>
    `{"data":{"repository":{"id":"R_kgDO${url(6)}","issues":{"pageInfo":{"endCursor":"Y3Vyc29yOnYyOpHO${word(6)}","hasNextPage":true},"edges":[{"cursor":"Y3Vyc29yOnYyOpHO${word(6)}","node":{"id":"I_kwDO${url(12)}","title":"Password reset: token expired"}}]}}}}`,
  'a workflow run': () =>
    `{"id":${number(10)},"head_sha":"${hex(40)}","check_suite_node_id":"CS_kwDO${url(20)}","artifacts":[{"id":${number(9)},"digest":"sha256:${hex(64)}","archive_download_url":"https://api.github.com/repos/a/b/actions/artifacts/${number(9)}/zip"}]}`,
  'a list of S3': () =>
    `<ListBucketResult><Name>shop</Name><NextContinuationToken>1${base64(71)}=</NextContinuationToken><Contents><Key>assets/logo.${hex(20)}.png</Key><ETag>&quot;${hex(32)}&quot;</ETag><Owner><ID>${hex(64)}</ID><DisplayName>shop</DisplayName></Owner></Contents><Contents><Key>backup/2024-06-01/db.sql.gz</Key><ETag>&quot;${hex(32)}-12&quot;</ETag></Contents></ListBucketResult>`,
  'headers of S3': () =>
    `HTTP/1.1 200 OK\r\nx-amz-id-2: ${base64(75)}=\r\nx-amz-request-id: ${of(upper + digits, 16)}\r\nETag: "${hex(32)}"\r\nx-amz-version-id: ${word(32)}\r\nx-amz-checksum-sha256: ${base64(43)}=\r\n\r\n`,
  'a role of IAM': () =>
    `{"Role":{"RoleName":"ci","RoleId":"AROA${of(`${upper}234567`, 17)}","Arn":"arn:aws:iam::${number(12)}:role/ci","AssumeRolePolicyDocument":{"Statement":[{"Action":"sts:AssumeRoleWithWebIdentity"}]}}}`,
  'a description of KMS': () =>
    `{"KeyMetadata":{"AWSAccountId":"${number(12)}","KeyId":"${uuid()}","Arn":"arn:aws:kms:eu-west-1:${number(12)}:key/${uuid()}","KeyUsage":"ENCRYPT_DECRYPT","KeySpec":"SYMMETRIC_DEFAULT"}}`,
  'a description of a secret': () =>
    `{"ARN":"arn:aws:secretsmanager:eu-west-1:${number(12)}:secret:prod/db-${word(6)}","Name":"prod/db","VersionIdsToStages":{"${uuid()}":["AWSCURRENT"]},"KmsKeyId":"alias/aws/secretsmanager"}`,
  'a charge of Stripe': () =>
    `{"id":"ch_${word(24)}","object":"charge","balance_transaction":"txn_${word(24)}","customer":"cus_${word(14)}","payment_intent":"pi_${word(24)}","payment_method":"pm_${word(24)}","payment_method_details":{"card":{"fingerprint":"${word(16)}","last4":"4242"}},"receipt_url":"https://pay.stripe.com/receipts/payment/${url(40)}"}`,
  'an event of Stripe': () =>
    `{"id":"evt_${word(24)}","type":"invoice.paid","request":{"id":"req_${word(14)}","idempotency_key":"${uuid()}"},"data":{"object":{"id":"in_${word(24)}","subscription":"sub_${word(24)}","price":"price_${word(24)}"}}}`,
  'discovery of OAuth': () =>
    '{"issuer":"https://id.shop.io","authorization_endpoint":"https://id.shop.io/oauth2/v1/authorize","token_endpoint":"https://id.shop.io/oauth2/v1/token","jwks_uri":"https://id.shop.io/oauth2/v1/keys","revocation_endpoint":"https://id.shop.io/oauth2/v1/revoke","token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","private_key_jwt"],"grant_types_supported":["password","refresh_token","urn:ietf:params:oauth:grant-type:device_code"],"id_token_signing_alg_values_supported":["RS256","ES384"]}',
  'public keys': () =>
    `{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"${url(43)}","n":"${url(342)}","e":"AQAB","x5t":"${url(27)}","x5c":["MIIC${base64(200)}"]},{"kty":"EC","crv":"P-256","kid":"${hex(40)}","x":"${url(43)}","y":"${url(43)}"}]}`,
  'an error of OAuth': () =>
    `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value.","trace_id":"${uuid()}","correlation_id":"${uuid()}"}`,
  'the npm registry': () =>
    `{"_id":"jsonwebtoken","_rev":"312-${hex(32)}","dist-tags":{"latest":"9.0.2"},"versions":{"9.0.2":{"dist":{"shasum":"${hex(40)}","tarball":"https://registry.npmjs.org/jsonwebtoken/-/jsonwebtoken-9.0.2.tgz","integrity":"sha512-${base64(86)}==","signatures":[{"keyid":"SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA","sig":"MEUCIQ${base64(84)}=="}],"npm-signature":"-----BEGIN PGP SIGNATURE-----\\r\\nVersion: OpenPGP.js\\r\\n\\r\\nwsFcBAEB${base64(60)}\\r\\n-----END PGP SIGNATURE-----\\r\\n"}}}}`,
  PyPI: () =>
    `{"urls":[{"digests":{"blake2b_256":"${hex(64)}","md5":"${hex(32)}","sha256":"${hex(64)}"},"filename":"keyring-25.2.1-py3-none-any.whl","url":"https://files.pythonhosted.org/packages/${hex(2)}/${hex(2)}/${hex(60)}/keyring-25.2.1-py3-none-any.whl"}]}`,
  'pods of Kubernetes': () =>
    `{"kind":"PodList","metadata":{"resourceVersion":"${number(8)}","continue":"ey${word(40)}"},"items":[{"metadata":{"name":"auth-${hex(9)}-${of(lower + digits, 5)}","uid":"${uuid()}","labels":{"pod-template-hash":"${hex(9)}"},"ownerReferences":[{"uid":"${uuid()}"}]},"spec":{"volumes":[{"name":"kube-api-access-${of(lower + digits, 5)}","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}]}},{"name":"tls","secret":{"secretName":"auth-tls-2024"}}],"containers":[{"image":"registry.shop.io/auth@sha256:${hex(64)}","env":[{"name":"DB_PASSWORD","valueFrom":{"secretKeyRef":{"name":"db-credentials-v2","key":"password"}}}]}]},"status":{"containerStatuses":[{"containerID":"containerd://${hex(64)}","imageID":"docker.io/library/redis@sha256:${hex(64)}"}]}}]}`,
  'a Secret of Kubernetes, described': () =>
    'Name:         db-credentials\nNamespace:    default\nType:         Opaque\n\nData\n====\npassword:  24 bytes\nusername:  5 bytes\ntoken:     972 bytes\n',
  'an image of Docker': () =>
    `[{"Id":"sha256:${hex(64)}","RepoDigests":["redis@sha256:${hex(64)}"],"GraphDriver":{"Data":{"LowerDir":"/var/lib/docker/overlay2/${of(lower + digits, 25)}/diff"}},"RootFS":{"Layers":["sha256:${hex(64)}","sha256:${hex(64)}"]},"Config":{"Env":["PATH=/usr/local/bin","GPG_KEY=${hex(40).toUpperCase()}","REDIS_DOWNLOAD_SHA=${hex(64)}","PYTHON_SHA256=${hex(64)}"]}}]`,
  OpenAPI: () =>
    'openapi: 3.1.0\npaths:\n  /login:\n    post:\n      requestBody:\n        content:\n          application/json:\n            schema:\n              required: [username, password]\n              properties:\n                password: { type: string, format: password, minLength: 8 }\n                token: { type: string, description: "One-time token" }\ncomponents:\n  securitySchemes:\n    apiKey: { type: apiKey, name: X-API-Key, in: header }\n    bearerAuth: { type: http, scheme: bearer, bearerFormat: JWT }\n    oauth: { type: oauth2, flows: { clientCredentials: { tokenUrl: "https://id.shop.io/oauth2/v1/token" } } }\n',
  'a schema of GraphQL': () =>
    'type Mutation {\n  login(email: String!, password: String!): AuthPayload!\n  resetPassword(token: String!, password: String!): Boolean!\n  createApiKey(input: CreateApiKeyInput!): ApiKey\n}\ntype AuthPayload { accessToken: String! refreshToken: String }\n',
  'pages of Google': () =>
    `{"kind":"drive#fileList","nextPageToken":"~!!~AI9${url(60)}","files":[{"id":"1${url(32)}","md5Checksum":"${hex(32)}","headRevisionId":"0B${word(40)}"}]}`,
  'pages of Slack': () =>
    `{"ok":true,"messages":[{"client_msg_id":"${uuid()}","type":"message","text":"who has the password?","user":"U0${of(upper + digits, 8)}","ts":"1718${number(6)}.${number(6)}","team":"T0${of(upper + digits, 8)}"}],"response_metadata":{"next_cursor":"bmV4dF90czox${word(12)}=="}}`,
  'an ACME directory': () =>
    `{"keyChange":"https://acme.shop.io/acme/key-change","newNonce":"https://acme.shop.io/acme/new-nonce","${url(11)}":"https://community.letsencrypt.org/t/adding-random-entries-to-the-directory/33417"}`,
  Elasticsearch: () =>
    `{"name":"es01","cluster_uuid":"${url(22)}","version":{"number":"8.14.1","build_hash":"${hex(40)}"},"_scroll_id":"FGluY2x1ZGVfY29udGV4dF91dWlk${base64(60)}=="}`,
  'a trace': () =>
    `{"traceId":"${hex(32)}","spanId":"${hex(16)}","traceparent":"00-${hex(32)}-${hex(16)}-01","attributes":{"http.url":"https://api.shop.io/v1/auth/token","enduser.id":"${uuid()}"}}`,
}
