import { createHash } from 'node:crypto'

const style = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:light-dark(#f6f6f4,#0f1113);color:light-dark(#17191c,#eceef0)}main{max-width:26rem;padding:2rem}h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:0 0 1.25rem;opacity:.8}a,button{display:inline-block;padding:.55rem 1rem;border:0;border-radius:.5rem;background:light-dark(#0b6e5f,#3ddbb4);color:light-dark(#fff,#06231d);text-decoration:none;font:inherit;font-weight:600;cursor:pointer}`
const styleHash = createHash('sha256').update(style).digest('base64')

const headersFor = (formAction: string) =>
  ({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  }) as const

/** For pages that the server writes itself: no script, no frame, nothing from elsewhere. */
export const pageHeaders = headersFor("'none'")

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '')

/** A page that says what went wrong and what to do. All of it is escaped. */
export function messagePage(title: string, message: string, action?: { label: string; href: string }): string {
  const link = action === undefined ? '' : `<a href="${escapeHtml(action.href)}">${escapeHtml(action.label)}</a>`
  return page(title, message, link)
}

/** A page with a button that posts a form to another site, and the headers that allow it there alone. */
export function formPage(
  title: string,
  message: string,
  form: { readonly action: string; readonly fields: Readonly<Record<string, string>>; readonly button: string },
): { readonly headers: ReturnType<typeof headersFor>; readonly body: string } {
  const fields = Object.entries(form.fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  const markup = `<form method="post" action="${escapeHtml(form.action)}">${fields.join('')}<button autofocus>${escapeHtml(form.button)}</button></form>`
  return { headers: headersFor(new URL(form.action).origin), body: page(title, message, markup) }
}

const page = (title: string, message: string, markup: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)} · arcx</title><style>${style}</style><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(message)}</p>${markup}</main></html>`
