import * as vscode from 'vscode'
import { maxSharedLength } from '@arcx/collab/text/protocol'
import type { TextChange } from '@arcx/collab/text/changes'
import type { EditedFile } from './edited-file.ts'
import { isUnsaved } from './unsaved.ts'

const project = '/home/arc/project/'
const isWanted = () => vscode.workspace.getConfiguration('arcx.together').get('autoSave', true)

/** The name under which team-state keeps a file: its path in the project, or its whole path. */
export const nameOf = (uri: vscode.Uri): string =>
  uri.path.startsWith(project) ? uri.path.slice(project.length) : uri.path

/** Where a file of that name is, in the same workspace as another. */
export const uriOf = (name: string, beside: vscode.Uri): vscode.Uri =>
  beside.with({ path: name.startsWith('/') ? name : project + name, query: '', fragment: '' })

const normal = (text: string): string => text.replaceAll('\r\n', '\n')

/** Why a document is not shared; null where it is. */
export function reasonNot(document: vscode.TextDocument): string | null {
  if (document.uri.scheme !== 'vscode-remote') return 'It is no file of the workspace.'
  const text = document.getText()
  if (text.length > maxSharedLength) return `It is too large to be shared (more than ${maxSharedLength / 2 ** 20} MB).`
  if (text.includes('\0')) return 'It is no text.'
  return null
}

/** An open document, as a binding needs it. */
export class OpenFile implements EditedFile {
  readonly document: vscode.TextDocument

  constructor(document: vscode.TextDocument) {
    this.document = document
  }

  text(): string {
    return normal(this.document.getText())
  }

  isDirty(): boolean {
    return isUnsaved(this.document, this.#tabs())
  }

  /** Whether a tab shows it as unsaved. */
  isMarked(): boolean {
    return this.#tabs().some(({ isDirty }) => isDirty)
  }

  #tabs(): readonly vscode.Tab[] {
    const uri = this.document.uri.toString()
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs)
    return tabs.filter(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri)
  }

  apply(changes: readonly TextChange[]): Promise<boolean> {
    const edit = new vscode.WorkspaceEdit()
    const positions = new Positions(this.text())
    edit.set(
      this.document.uri,
      changes.map(({ at, remove, insert }) =>
        vscode.TextEdit.replace(new vscode.Range(positions.at(at), positions.at(at + remove)), insert),
      ),
    )
    // Refused by the editor where the document has become another since.
    return Promise.resolve(vscode.workspace.applyEdit(edit))
  }

  save(): Promise<boolean> {
    return Promise.resolve(this.document.save())
  }

  async readDisk(): Promise<string | null> {
    try {
      const bytes = await vscode.workspace.fs.readFile(this.document.uri)
      const text = normal(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
      return text.length > maxSharedLength || text.includes('\0') ? null : text
    } catch {
      return null
    }
  }

  async settle(): Promise<void> {
    // The editor has a command for the file in front alone; another is settled when it comes there.
    if (vscode.window.activeTextEditor?.document === this.document)
      await vscode.commands.executeCommand('workbench.action.files.revert')
  }

  savesItself(): boolean {
    const own = vscode.workspace.getConfiguration('files', this.document.uri).inspect<string>('autoSave')
    // Whoever has chosen how the editor saves has chosen.
    const chosen = own?.globalValue ?? own?.workspaceValue
    return chosen === undefined || chosen === 'afterDelay' ? isWanted() : false
  }
}

/** Positions by line of offsets in a text. */
class Positions {
  readonly #starts = [0]

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  at(offset: number): vscode.Position {
    let [low, high] = [0, this.#starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return new vscode.Position(low, offset - (this.#starts[low] ?? 0))
  }
}
