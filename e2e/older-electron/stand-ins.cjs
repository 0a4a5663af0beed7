// What the app uses of Electron and Node that an older Electron (22 was tried) does not have, made of what it has.
const http = require('node:http')
const https = require('node:https')
const v8 = require('node:v8')
const { STATUS_CODES } = http
// Not by its name, which stands for this file here.
const electron = require(['elec', 'tron'].join(''))
const { app, protocol, safeStorage, BrowserView, BrowserWindow } = electron

const lacks = (on, key, value) => {
  if (!(key in on)) Object.defineProperty(on, key, { value, configurable: true, writable: true })
}

// Node
lacks(URL, 'parse', (text, base) => {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
})
lacks(URL, 'canParse', (text, base) => URL.parse(text, base) !== null)
lacks(Array.prototype, 'toSorted', function (compare) {
  return [...this].sort(compare)
})
lacks(Array.prototype, 'toReversed', function () {
  return this.map((_each, index) => this[this.length - 1 - index])
})
lacks(Promise, 'withResolvers', () => {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
})
lacks(AbortSignal, 'any', (signals) => {
  const controller = new AbortController()
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason)
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  }
  return controller.signal
})
lacks(globalThis, 'Blob', require('node:buffer').Blob)
for (const [key, made] of Object.entries(require('node:stream/web'))) lacks(globalThis, key, made)
// Asked about, never made.
lacks(globalThis, 'FormData', function FormData() {})
lacks(globalThis, 'File', class File extends Blob {})
lacks(globalThis, 'structuredClone', (value) => v8.deserialize(v8.serialize(value)))
// It closes what idles by itself, later.
lacks(http.Server.prototype, 'closeIdleConnections', () => undefined)
lacks(http.Server.prototype, 'closeAllConnections', () => undefined)
lacks(globalThis, 'crypto', require('node:crypto').webcrypto)
lacks(
  globalThis,
  'Headers',
  class Headers {
    constructor(given = {}) {
      this.all = new Map()
      for (const [key, value] of given instanceof Headers ? given.all : Object.entries(given))
        this.all.set(key.toLowerCase(), String(value))
    }
    get(key) {
      return this.all.get(key.toLowerCase()) ?? null
    }
    [Symbol.iterator]() {
      return this.all.entries()
    }
  },
)
lacks(
  globalThis,
  'Response',
  class Response {
    constructor(body, { status = 200, headers = {}, url = '' } = {}) {
      Object.assign(this, {
        status,
        url,
        ok: status >= 200 && status < 300,
        statusText: STATUS_CODES[status] ?? '',
        headers: new Headers(headers),
        bytes: Buffer.from(body ?? ''),
      })
    }
    async text() {
      return this.bytes.toString()
    }
    async json() {
      return JSON.parse(this.bytes.toString())
    }
    async arrayBuffer() {
      return this.bytes
    }
  },
)
lacks(
  globalThis,
  'fetch',
  function fetch(address, { method = 'GET', headers = {}, body, signal, redirect = 'follow' } = {}) {
    return new Promise((resolve, reject) => {
      const url = new URL(address)
      const request = (url.protocol === 'https:' ? https : http).request(
        url,
        { method, signal, headers: Object.fromEntries(new Headers(headers)) },
        (answer) => {
          const parts = []
          answer.on('data', (part) => parts.push(part))
          answer.once('error', reject)
          answer.once('end', () => {
            const { location } = answer.headers
            if (location !== undefined && redirect === 'follow')
              resolve(fetch(new URL(location, url), { headers, signal }))
            else
              resolve(
                new Response(Buffer.concat(parts), {
                  status: answer.statusCode,
                  headers: answer.headers,
                  url: url.href,
                }),
              )
          })
        },
      )
      request.once('error', (cause) => reject(Object.assign(new TypeError('fetch failed'), { cause })))
      request.end(body)
    })
  },
)

// Electron
lacks(protocol, 'handle', (scheme, answer) =>
  protocol.registerBufferProtocol(scheme, async (request, done) => {
    const made = await answer(request)
    done({
      statusCode: made.status,
      headers: Object.fromEntries(made.headers),
      data: Buffer.from(await made.arrayBuffer()),
    })
  }),
)
lacks(safeStorage, 'getSelectedStorageBackend', () => 'basic_text')
app.on('session-created', (made) => lacks(made, 'setDisplayMediaRequestHandler', () => undefined))
app.on('web-contents-created', (_event, contents) => {
  // Later ones carry what was handed beside them.
  contents.on('will-navigate', (event, url) => Object.assign(event, { url, isMainFrame: true }))
  contents.on('will-redirect', (event, url, isSameDocument, isMainFrame) =>
    Object.assign(event, { url, isSameDocument, isMainFrame }),
  )
  contents.on('did-start-navigation', (event, url, isSameDocument, isMainFrame) =>
    Object.assign(event, { url, isSameDocument, isMainFrame }),
  )
  lacks(contents, 'close', () => contents.destroy())
})
// Its own of that name goes with windows of another kind.
function WebContentsView(options) {
  return new BrowserView(options)
}
if (!('contentView' in BrowserWindow.prototype)) {
  Object.defineProperty(BrowserWindow.prototype, 'contentView', {
    get() {
      return {
        addChildView: (view) => this.addBrowserView(view),
        removeChildView: (view) => this.removeBrowserView(view),
      }
    },
  })
}

module.exports = new Proxy(electron, { get: (on, key) => (key === 'WebContentsView' ? WebContentsView : on[key]) })
