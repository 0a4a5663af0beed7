import * as vscode from 'vscode'
import { Away } from './away.ts'
import { SessionClient } from './session-client.ts'
import type { SessionEvents } from './session-client.ts'
import { nameOf } from './file.ts'
import { People } from './people.ts'
import { Reload } from './reload.ts'
import { Room } from './room.ts'
import { SharedFiles } from './shared-files.ts'
import { wayBack } from './way-back.ts'

const typingMs = 3000
const idleMs = 2 * 60_000

/** In a window of the workspace's IDE, which runs in its person's own browser. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri
  if (folder?.scheme !== 'vscode-remote') return
  context.subscriptions.push(wayBack())
  let files: SharedFiles | undefined
  const reload = new Reload(async () => files?.flush())
  const away = new Away()
  const session = await openSession({ onGoneOn: () => reload.begin(), onRefused: (refusal) => away.tell(refusal) })
  let people: People | undefined
  const room = new Room(session, () => people?.refresh())
  people = new People(() => room, session.identity.userId, folder)
  files = new SharedFiles(session)
  context.subscriptions.push(
    away,
    { dispose: () => session.close() },
    { dispose: () => room.close() },
    people,
    files,
    whereabouts(room),
  )
}

/** The server may be restarting just now. */
async function openSession(events: SessionEvents): Promise<SessionClient> {
  for (let wait = 1000; ; wait = Math.min(2 * wait, 30_000)) {
    try {
      return await SessionClient.open(globalThis.origin, events)
    } catch {
      await new Promise<void>((resolve) => void setTimeout(resolve, wait))
    }
  }
}

/** Tells the room where this window's person is, and whether they type. */
function whereabouts(room: Room): vscode.Disposable {
  let typedAt = 0
  let usedAt = Date.now()
  const say = () => {
    const editor = vscode.window.activeTextEditor
    const isFile = editor?.document.uri.scheme === 'vscode-remote'
    const now = Date.now()
    room.update({
      file: isFile ? nameOf(editor.document.uri) : null,
      line: isFile ? editor.selection.active.line + 1 : null,
      typing: isFile && now - typedAt < typingMs,
      state: !vscode.window.state.focused ? 'away' : now - usedAt > idleMs ? 'idle' : 'active',
    })
  }
  const used = () => {
    usedAt = Date.now()
    say()
  }
  const timer = setInterval(say, 1000)
  return vscode.Disposable.from(
    { dispose: () => clearInterval(timer) },
    vscode.window.onDidChangeTextEditorSelection(({ kind }) => {
      // Typing moves the cursor by no keyboard or mouse event of its own.
      if (kind === undefined || kind === vscode.TextEditorSelectionChangeKind.Keyboard) typedAt = Date.now()
      used()
    }),
    vscode.window.onDidChangeActiveTextEditor(used),
    vscode.window.onDidChangeWindowState(used),
  )
}
