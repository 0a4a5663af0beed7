import * as vscode from 'vscode'
import { Binding } from './binding.ts'
import { ChangeOrigin } from './change-origin.ts'
import { Cursors } from './cursors.ts'
import type { SessionClient } from './session-client.ts'
import { OpenFile, nameOf, reasonNot } from './file.ts'
import { TextLine } from './text-line.ts'

interface Shared {
  readonly file: OpenFile
  readonly line: TextLine
  readonly binding: Binding
  readonly origin: ChangeOrigin
  readonly cursors: Cursors
  readonly watcher: vscode.FileSystemWatcher
}

/** The files that stand in tabs, each kept the same with all other windows. */
export class SharedFiles implements vscode.Disposable {
  readonly #session: SessionClient
  readonly #shared = new Map<vscode.TextDocument, Shared>()
  readonly #bar = vscode.window.createStatusBarItem('arcx.shared', vscode.StatusBarAlignment.Right, 100)
  readonly #subscriptions: vscode.Disposable[]

  constructor(session: SessionClient) {
    this.#session = session
    this.#bar.name = 'Shared file'
    this.#subscriptions = [
      this.#bar,
      vscode.window.tabGroups.onDidChangeTabs(() => this.#reconcile()),
      vscode.workspace.onDidOpenTextDocument(() => this.#reconcile()),
      vscode.workspace.onDidCloseTextDocument((document) => this.#end(document)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges, reason }) => {
        const shared = this.#shared.get(document)
        if (shared === undefined) return
        const hasChanged = contentChanges.length > 0
        if (hasChanged && reasonNot(document) !== null) return this.#end(document)
        shared.origin.on({
          text: shared.file.text(),
          hasChanged,
          isDirty: document.isDirty,
          isUndone: reason !== undefined,
        })
      }),
      vscode.workspace.onWillSaveTextDocument((event) => {
        const shared = this.#shared.get(event.document)
        if (shared !== undefined) event.waitUntil(shared.binding.beforeSave().catch(() => undefined))
      }),
      vscode.workspace.onDidSaveTextDocument(
        (document) =>
          void this.#shared
            .get(document)
            ?.binding.saved()
            .catch(() => undefined),
      ),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor !== undefined) void this.#shared.get(editor.document)?.binding.settleWith(null)
        this.#updateStatusBar()
      }),
    ]
    this.#reconcile()
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose()
    for (const document of this.#shared.keys()) this.#end(document)
  }

  /** Resolves once team-state has stored what was typed in any of them. */
  async flush(): Promise<void> {
    await Promise.all([...this.#shared.values()].map(({ binding }) => binding.flush()))
  }

  #reconcile(): void {
    const inTabs = new Set(
      vscode.window.tabGroups.all.flatMap(({ tabs }) =>
        tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri.toString()] : [])),
      ),
    )
    for (const document of this.#shared.keys()) if (!inTabs.has(document.uri.toString())) this.#end(document)
    for (const document of vscode.workspace.textDocuments)
      if (inTabs.has(document.uri.toString()) && reasonNot(document) === null) this.#begin(document)
    this.#updateStatusBar()
  }

  #begin(document: vscode.TextDocument): void {
    if (this.#shared.has(document)) return
    const file = new OpenFile(document)
    const line = new TextLine(this.#session, nameOf(document.uri))
    const binding = new Binding(file, line)
    const parent = vscode.Uri.joinPath(document.uri, '..')
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(parent, document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1)),
    )
    watcher.onDidChange(() => binding.diskChanged())
    watcher.onDidCreate(() => binding.diskChanged())
    line.provider.on('status', () => this.#updateStatusBar())
    line.provider.awareness.on('change', () => this.#updateStatusBar())
    this.#shared.set(document, {
      file,
      line,
      binding,
      origin: new ChangeOrigin(
        (isFromDisk, text) => binding.changed(isFromDisk, text),
        () => file.isMarked(),
      ),
      cursors: new Cursors(document, line, binding),
      watcher,
    })
  }

  #end(document: vscode.TextDocument): void {
    const shared = this.#shared.get(document)
    if (shared === undefined) return
    this.#shared.delete(document)
    shared.cursors.dispose()
    shared.origin.close()
    shared.binding.close()
    shared.watcher.dispose()
    shared.line.close()
    this.#updateStatusBar()
  }

  /** Whether the file in front is shared, and with how many. */
  #updateStatusBar(): void {
    const document = vscode.window.activeTextEditor?.document
    if (document === undefined || document.uri.scheme !== 'vscode-remote') return this.#bar.hide()
    const shared = this.#shared.get(document)
    const others = shared === undefined ? 0 : shared.line.provider.awareness.getStates().size - 1
    if (shared === undefined) {
      this.#bar.text = '$(circle-slash) Not shared'
      this.#bar.tooltip = `${reasonNot(document) ?? 'It is not open in a tab.'} Whoever saves it last writes over what others have written.`
    } else if (!shared.line.provider.wsconnected) {
      this.#bar.text = '$(sync~spin) Working alone'
      this.#bar.tooltip =
        'There is no connection to the others. What you write is kept, and brought together when there is.'
    } else {
      this.#bar.text = others > 0 ? `$(organization) Shared with ${others}` : '$(organization) Shared'
      this.#bar.tooltip =
        others > 0
          ? 'Everybody who has this file open writes in one text'
          : 'Whoever else opens this file writes in the same text'
    }
    this.#bar.show()
  }
}
