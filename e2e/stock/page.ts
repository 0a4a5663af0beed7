/// <reference lib="dom" />
import { WebsocketProvider } from 'y-websocket'
import { Doc } from 'yjs'

/** Somebody's page with an editor from npm, by the query: `editor`, `url`, `room`, `ticket`. */
const query = new URL(location.href).searchParams
const asked = (name: string) => query.get(name) ?? ''
const parent = document.querySelector<HTMLElement>('#editor')
if (parent === null) throw new Error('There is no place for an editor.')

const doc = new Doc()
const provider = new WebsocketProvider(asked('url'), asked('room'), doc, {
  params: { ticket: asked('ticket') },
  disableBc: true,
})
const text = doc.getText('content')
const synced = new Promise<void>((resolve) => provider.on('sync', () => resolve()))

if (asked('editor') === 'codemirror') {
  const [{ EditorView, minimalSetup }, { yCollab }] = await Promise.all([
    import('codemirror'),
    import('y-codemirror.next'),
  ])
  new EditorView({ parent, extensions: [minimalSetup, yCollab(text, provider.awareness)] })
} else {
  const [monaco, { MonacoBinding }] = await Promise.all([
    import('monaco-editor/esm/vs/editor/editor.api.js'),
    import('y-monaco'),
  ])
  const editor = monaco.editor.create(parent, { automaticLayout: true })
  const model = editor.getModel()
  if (model !== null) new MonacoBinding(text, model, new Set([editor]), provider.awareness)
}
await synced
parent.setAttribute('data-synced', '')
Object.assign(window, { sharedText: () => text.toString() })
