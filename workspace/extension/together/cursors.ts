import * as vscode from 'vscode'
import {
  createAbsolutePositionFromRelativePosition,
  createRelativePositionFromJSON,
  createRelativePositionFromTypeIndex,
} from 'yjs'
import { z } from 'zod'
import { textName } from '@arcx/collab/text/shared-text'
import type { Binding } from './binding.ts'
import { coloursOf, hueOf } from './colours.ts'
import type { TextLine } from './text-line.ts'

const Selection = z.object({ anchor: z.unknown(), head: z.unknown() })
const State = z.looseObject({
  user: z.looseObject({ id: z.string(), name: z.string() }),
  selections: z.array(Selection).max(50).catch([]),
})

interface Look {
  readonly cursor: vscode.TextEditorDecorationType
  /** In the first line, above which there is no room for a name. */
  readonly first: vscode.TextEditorDecorationType
  readonly selection: vscode.TextEditorDecorationType
}

/** Colleagues' cursors and selections in the editors of one file, and this window's own for them. */
export class Cursors implements vscode.Disposable {
  readonly #document: vscode.TextDocument
  readonly #line: TextLine
  readonly #binding: Binding
  readonly #looks = new Map<number, Look>()
  readonly #subscriptions: vscode.Disposable[]

  constructor(document: vscode.TextDocument, line: TextLine, binding: Binding) {
    this.#document = document
    this.#line = line
    this.#binding = binding
    const show = () => this.show()
    const tellActive = () => {
      const { activeTextEditor } = vscode.window
      if (activeTextEditor !== undefined) this.#publishSelections(activeTextEditor)
    }
    line.provider.awareness.on('change', show)
    this.#subscriptions = [
      new vscode.Disposable(() => line.provider.awareness.off('change', show)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#publishSelections(textEditor)),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor !== undefined && this.#publishSelections(editor)),
      vscode.window.onDidChangeVisibleTextEditors(show),
      vscode.workspace.onDidChangeTextDocument(({ document: changed }) => changed === document && show()),
      // A cursor that moved before what was typed there had its place is told of then.
      new vscode.Disposable(
        binding.onShown(() => {
          tellActive()
          show()
        }),
      ),
    ]
    tellActive()
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose()
    for (const client of this.#looks.keys()) this.#forget(client)
  }

  show(): void {
    const editors = vscode.window.visibleTextEditors.filter(({ document }) => document === this.#document)
    const { awareness } = this.#line.provider
    const here = new Set<number>()
    for (const [client, state] of awareness.getStates()) {
      const parsed = State.safeParse(state)
      if (client === awareness.clientID || !parsed.success) continue
      here.add(client)
      const { user, selections } = parsed.data
      const look = this.#lookOf(client, user.id, user.name)
      const ranges = selections.flatMap(({ anchor, head }) => {
        const [from, to] = [this.#offsetOf(anchor), this.#offsetOf(head)]
        return from === null || to === null
          ? []
          : [{ range: new vscode.Range(this.#positionAt(from), this.#positionAt(to)), head: this.#positionAt(to) }]
      })
      for (const editor of editors) {
        editor.setDecorations(
          look.selection,
          ranges.filter(({ range }) => !range.isEmpty).map(({ range }) => ({ range, hoverMessage: user.name })),
        )
        const heads = ranges.map(({ head }) => ({ range: new vscode.Range(head, head), hoverMessage: user.name }))
        editor.setDecorations(
          look.cursor,
          heads.filter(({ range }) => range.start.line > 0),
        )
        editor.setDecorations(
          look.first,
          heads.filter(({ range }) => range.start.line === 0),
        )
      }
    }
    for (const client of this.#looks.keys()) if (!here.has(client)) this.#forget(client)
  }

  #publishSelections(editor: vscode.TextEditor): void {
    if (editor.document !== this.#document || !this.#binding.isPlaced) return
    const shared = this.#binding.shown.getText(textName)
    // What is not placed yet has no position that others would know.
    const { lineCount } = this.#document
    if (this.#offsetAt(this.#document.lineAt(lineCount - 1).range.end) !== shared.length) return
    const relative = (position: vscode.Position) =>
      createRelativePositionFromTypeIndex(shared, this.#offsetAt(position))
    this.#line.provider.awareness.setLocalStateField(
      'selections',
      editor.selections
        .slice(0, 50)
        .map(({ anchor, active }) => ({ anchor: relative(anchor), head: relative(active) })),
    )
  }

  #offsetOf(json: unknown): number | null {
    try {
      return (
        createAbsolutePositionFromRelativePosition(createRelativePositionFromJSON(json), this.#binding.shown)?.index ??
        null
      )
    } catch {
      return null
    }
  }

  /** Offsets count one letter for the end of a line, whatever the document has. */
  #positionAt(offset: number): vscode.Position {
    if (this.#document.eol === vscode.EndOfLine.LF) return this.#document.positionAt(offset)
    const before = this.#binding.shown.getText(textName).toString().slice(0, offset)
    const line = before.split('\n').length - 1
    return new vscode.Position(line, offset - (before.lastIndexOf('\n') + 1))
  }

  #offsetAt(position: vscode.Position): number {
    const offset = this.#document.offsetAt(position)
    return this.#document.eol === vscode.EndOfLine.LF ? offset : offset - position.line
  }

  #lookOf(client: number, id: string, name: string): Look {
    const known = this.#looks.get(client)
    if (known !== undefined) return known
    const hue = hueOf(id)
    const { light, dark } = coloursOf(hue)
    const coloured = ({ colour, ink }: typeof light): vscode.ThemableDecorationRenderOptions => ({
      borderColor: colour,
      overviewRulerColor: colour,
      after: { color: ink, backgroundColor: colour },
    })
    const cursor = (rise: string): vscode.DecorationRenderOptions => ({
      light: coloured(light),
      dark: coloured(dark),
      borderStyle: 'solid',
      borderWidth: '0 0 0 2px',
      overviewRulerLane: vscode.OverviewRulerLane.Full,
      after: {
        contentText: name,
        margin: '0 0 0 2px',
        textDecoration: `none; font-size: 0.72em; padding: 0 4px; border-radius: 3px; position: absolute; z-index: 10; transform: translateY(${rise}); white-space: nowrap; pointer-events: none`,
      },
    })
    const look: Look = {
      selection: vscode.window.createTextEditorDecorationType({
        backgroundColor: `hsla(${hue}, 75%, 50%, 0.25)`,
        overviewRulerLane: vscode.OverviewRulerLane.Right,
        light: { overviewRulerColor: light.colour },
        dark: { overviewRulerColor: dark.colour },
      }),
      cursor: vscode.window.createTextEditorDecorationType(cursor('-0.9em')),
      first: vscode.window.createTextEditorDecorationType(cursor('1.1em')),
    }
    this.#looks.set(client, look)
    return look
  }

  #forget(client: number): void {
    const look = this.#looks.get(client)
    for (const each of [look?.cursor, look?.first, look?.selection]) each?.dispose()
    this.#looks.delete(client)
  }
}
