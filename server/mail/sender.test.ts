import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { certificateFor } from '@arcx/testing/certificate'
import { startMailServer } from '@arcx/testing/mail-server'
import type { MailServer, MailServerSettings } from '@arcx/testing/mail-server'
import { asHtml, asText, bodyOf, singleLine } from './message.ts'
import { MailRefused, openSender } from './sender.ts'
import { mailSettings } from './settings.ts'
import type { MailSettings } from './settings.ts'

const from = 'The arcx server <arcx@example.com>'
const mail = {
  id: '0b9ad5f4-0000-4000-8000-000000000000',
  to: 'anna@example.org',
  subject: 'Grüße',
  text: 'It works.',
  html: '<p>It works.</p>',
}

async function server(settings: MailServerSettings = {}): Promise<MailServer> {
  const started = await startMailServer(settings)
  onTestFinished(() => started.close())
  return started
}

function settingsOf(url: string): MailSettings {
  const settings = mailSettings(url, from)
  if (settings === null) throw new Error('They are not set.')
  return settings
}

test('a message comes with its headers, its text and its HTML, from whom was set', async () => {
  const smtp = await server()
  await openSender(settingsOf(`smtp://127.0.0.1:${smtp.port}`))(mail)
  const [{ from: sender, to, source } = { from: '', to: [], source: '' }] = smtp.received
  expect([sender, to]).toEqual(['arcx@example.com', ['anna@example.org']])
  expect(source).toContain('From: The arcx server <arcx@example.com>')
  expect(source).toContain(`Message-ID: <${mail.id}@example.com>`)
  expect(source).toMatch(/auto-submitted: auto-generated/i)
  expect(source).toContain('It works.')
  expect(source).toContain('<p>It works.</p>')
})

test.each([true, false])(
  'TLS is verified, from the beginning: %s; and the password is sent over it alone',
  async (secure) => {
    const tls = await certificateFor('localhost')
    const account = { user: 'arcx@host', pass: 'p@ss:word/' }
    const smtp = await server({ tls: { ...tls, secure }, account })
    const url = `${secure ? 'smtps' : 'smtp'}://arcx%40host:p%40ss%3Aword%2F@localhost:${smtp.port}`
    await expect(openSender(settingsOf(url))(mail)).rejects.toThrow(/self-signed/)
    expect(smtp.received).toEqual([])
    await openSender(settingsOf(url), tls.cert)(mail)
    expect(smtp.received).toMatchObject([{ secure: true, user: 'arcx@host' }])
    const other = await certificateFor('mail.example')
    const elsewhere = await server({ tls: { ...other, secure } })
    await expect(
      openSender(settingsOf(`${secure ? 'smtps' : 'smtp'}://localhost:${elsewhere.port}`), other.cert)(mail),
    ).rejects.toThrow(/altnames/)
  },
)

test('to another machine nothing is sent without TLS, not even where STARTTLS was taken away on the way', async () => {
  const smtp = await server({ account: { user: 'arcx', pass: 'word' } })
  const settings = settingsOf('smtp://arcx:word@mail.example:587')
  expect(settings.requireTls).toBe(true)
  const send = openSender({ ...settings, host: '127.0.0.1', port: smtp.port })
  await expect(send(mail)).rejects.toThrow()
  expect(smtp.received).toEqual([])
})

test.each([
  ['recipient', 550, true],
  ['recipient', 450, false],
  ['message', 554, true],
  ['message', 451, false],
] as const)('refused at the %s with %i: given up is %s', async (at, code, isOver) => {
  const smtp = await server()
  smtp.refuse = { at, code, words: 'Not now' }
  const error: unknown = await openSender(settingsOf(`smtp://127.0.0.1:${smtp.port}`))(mail).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(Error)
  expect(error instanceof MailRefused).toBe(isOver)
  expect(String(error)).toContain(`${code} Not now`)
})

test('a wrong password and a server that is away or silent are tried again, and no message tells the password', async () => {
  const smtp = await server({ account: { user: 'arcx', pass: 'right' } })
  const gone = createServer()
  gone.listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  for (const url of [`smtp://arcx:wrong-word@127.0.0.1:${smtp.port}`, `smtp://arcx:wrong-word@127.0.0.1:${port}`]) {
    const error: unknown = await openSender(settingsOf(url))(mail).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(MailRefused)
    expect(String(error)).not.toContain('wrong-word')
  }
})

test('no text adds a header, a recipient or markup', async () => {
  const smtp = await server()
  const hostile = 'Hello\r\nBcc: victim@example.net\r\n\r\n<script>alert(1)</script>\u2028X-More: 1'
  const body = bodyOf(
    {
      kind: 'test',
      to: mail.to,
      subject: hostile,
      text: [hostile],
      link: { path: '/join?code="><b>', words: hostile },
    },
    'https://arcx.example',
  )
  const send = openSender(settingsOf(`smtp://127.0.0.1:${smtp.port}`))
  await send({
    ...mail,
    subject: singleLine(hostile),
    text: asText(body, 'https://arcx.example'),
    html: asHtml(body, 'https://arcx.example'),
  })
  // As if nothing had been made a single line before.
  await send({ ...mail, subject: hostile })
  await send({ ...mail, to: 'anna@example.org\r\nBcc: victim@example.net' }).catch(() => undefined)
  await send({ ...mail, to: 'anna@example.org, victim@example.net' }).catch(() => undefined)
  for (const { to, source } of smtp.received) {
    const [head = ''] = source.split('\r\n\r\n')
    expect(head).not.toMatch(/^(bcc|x-more):/im)
    expect(to).not.toContain('victim@example.net')
    expect(source.split('text/html')[1]).not.toContain('<script>')
  }
  expect(smtp.received.length).toBeGreaterThan(1)
})

test('a link leads to this server alone', () => {
  const link = (path: string) =>
    bodyOf({ kind: 'test', to: '', subject: '', text: [], link: { path, words: 'Open' } }, 'https://arcx.example')
  expect(link('/teams/a').link?.url).toBe('https://arcx.example/teams/a')
  for (const path of ['//evil.example/', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)'])
    expect(() => link(path)).toThrow('this server alone')
})

test.each([
  ['http://example.com', from, /ARC_SMTP_URL/],
  ['nonsense', from, /ARC_SMTP_URL/],
  ['smtp://user:hidden-word@', from, /ARC_SMTP_URL/],
  ['smtp://example.com', undefined, /ARC_MAIL_FROM is not set/],
  [undefined, from, /ARC_SMTP_URL is not set/],
  ['smtp://example.com', 'nobody', /ARC_MAIL_FROM/],
  ['smtp://example.com', 'a@b.example\r\nBcc: c@d.example', /ARC_MAIL_FROM/],
])('%s from %s is refused at the start', (url, sender, words) => {
  expect(() => mailSettings(url, sender)).toThrow(words)
  try {
    mailSettings(url, sender)
  } catch (error) {
    expect(String(error)).not.toContain('hidden-word')
  }
})
