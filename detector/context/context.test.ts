import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { findCredentials } from '../detector.ts'
import { addressForms, key, keyForms, password, passwordForms, passwordOfAddress } from './forms.ts'

const tries = 60

const sets = [
  ['a password', passwordForms, password],
  ['a key', keyForms, key],
  ['an address', addressForms, passwordOfAddress],
] as const

describe.each(sets)('%s', (_kind, forms, make) => {
  test.each(Object.entries(forms))('%s', (_form, write) => {
    let found = 0
    for (let count = 0; count < tries; count += 1) {
      const secret = make()
      const text = `some words before\n${write(secret)}`
      const findings = findCredentials(text)
      if (findings.length > 0) found += 1
      for (const { start, end } of findings) {
        const told = text.slice(start, end)
        // What is told is the secret, or what the form makes of it, and not the name before it.
        expect(told.length, `${told} in ${text}`).toBeLessThanOrEqual(Math.ceil(secret.length * 1.5) + 16)
      }
    }
    expect(found).toBeGreaterThanOrEqual(tries * 0.85)
  })
})

describe('behind a name that says secret, none is', () => {
  test.each([
    ['a word', 'password = "required"'],
    ['words', '{"token":"The token has expired","password":"Enter your password"}'],
    ['an expression', 'const password = config.database.password2\nconst token = await getToken(user1)'],
    ['a type', 'interface A {\n  password: string\n  token?: Uint8Array\n  secretKey: Buffer | null\n}'],
    [
      'a variable of the environment',
      'password: ${DB_PASSWORD}\ntoken=$API_TOKEN2\nsecret: {{ .Values.secret1 }}\npassword = process.env.DB_PASSWORD_2',
    ],
    [
      'what is to be replaced',
      'API_KEY=your-api-key-123\nTOKEN=<token1>\npassword: changeme123\nsecret="xxxxxxxx1"\nAPI_KEY=REPLACE_ME_1',
    ],
    ['an example', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a path', 'ssl_key = /etc/ssl/private/key2.pem\nprivate_key: ./keys/id_ed25519\npassword_file=/run/secrets/db1'],
    ['an address', 'token_url: https://login.internal/oauth2/token\nauth = "https://a1b2.example.com/v1/auth"'],
    [
      'a digest',
      'password_hash = "5f4dcc3b5aa765d61d8327deb882cf99"\npassword: "$2b$12$abcdefghijklmnopqrstuuHh0w1v0l0J0J0J0J0J0J0J0J0J0J0"\ntoken_sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    ],
    [
      'a public key',
      'public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBh1"\npublicKey = "a8f5f167f44f4964e6c998dee827110c"',
    ],
    ['the name of a coding', 'key: utf8\ntoken = "base64"\nsecret: "sha256"\ntoken: \'oauth2\'\nkey = "es2022"'],
    ['a number', 'max_tokens = 4096\ntoken: 12345678\npassword_length=12\nkey: 42\ntokens: 1_000_000'],
    ['the key of a map', '<li key="item-12">\n{ key: "row-1", value: 2 }\nconst key = `cache-${id}-v2`'],
    [
      'a token of a page',
      '{"nextPageToken":"CAUQAA1b2c3d4e5f6g7h8","continuationToken":"a1B2c3D4e5F6g7H8","csrfToken":"a1B2c3D4e5F6g7H8i9J0"}',
    ],
    ['a token of a language', '{"token":"keyword.operator2","tokenType":"string.quoted.double1"}'],
    ['a message', 'throw new Error("password: must have 8 characters")\nlog("token: invalid at line 12")'],
    ['a name of a name', 'secretName: my-app-tls-2\nsecretKeyRef:\n  name: db-secret-1\n  key: password1'],
    ['a time', 'token_expires: 2026-11-24T00:12:34Z\npassword_changed_at = "2026-01-01"'],
    [
      'an id of a request',
      '{"clientRequestToken":"a8ca07e4-61ec-4399-99f4-19853801bcd5","idempotencyKey":"0f8fad5b-d9cb-469f-a165-70867728950e"}',
    ],
    ['a badge', '![coverage](https://codecov.internal/gh/a/b/branch/main/graph/badge.svg?token=6B6NxtsZc3)'],
    [
      'a password of an example in an address',
      'postgres://user:password@localhost/db amqp://guest:guest@mq http://user:pass@host redis://:${PASS}@h mysql://root:<password>@db',
    ],
  ])('%s', (_name, text) => {
    expect(findCredentials(text).map(({ rule, start, end }) => `${rule} ${text.slice(start, end)}`)).toEqual([])
  })
})

test('no text is kept in memory for the names that stood in it', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const look = (from: number) => {
    for (let at = from; at < from + 40; at += 1)
      findCredentials(
        Buffer.from(`my_service_number_${at}_password = "hunter${at}Kd42!"\n`.padEnd(2 ** 20, 'lorem ipsum ')).toString(
          'latin1',
        ),
      )
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = look(0)
  expect(look(40) - before).toBeLessThan(10 * 2 ** 20)
})
