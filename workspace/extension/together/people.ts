import * as vscode from 'vscode'
import type { PresencePlace, Present } from '@arcx/router'
import { uriOf } from './file.ts'
import type { Room } from './room.ts'

const clientWords: Readonly<Record<PresencePlace['client'], string>> = {
  web: 'in the dashboard',
  desktop: 'in the desktop app',
  ide: 'in the editor',
  cli: 'in a terminal',
  agent: 'at work',
}

/** Where somebody is in a file, where they are in one. */
const placeOf = (present: Present): PresencePlace | undefined => present.places.find(({ file }) => file !== null)

/** The list of who is here, with a way to each, and following somebody. */
export class People implements vscode.TreeDataProvider<Present>, vscode.Disposable {
  readonly #room: () => Room
  readonly #own: string
  readonly #folder: vscode.Uri
  readonly #changed = new vscode.EventEmitter<void>()
  readonly onDidChangeTreeData = this.#changed.event
  readonly #view: vscode.TreeView<Present>
  readonly #bar = vscode.window.createStatusBarItem('arcx.following', vscode.StatusBarAlignment.Left, 90)
  readonly #subscriptions: vscode.Disposable[]
  #followed: string | null = null
  #shown = ''

  constructor(room: () => Room, ownId: string, folder: vscode.Uri) {
    this.#room = room
    this.#own = ownId
    this.#folder = folder
    this.#view = vscode.window.createTreeView('arcx.people', { treeDataProvider: this })
    this.#bar.command = 'arcx.unfollow'
    this.#subscriptions = [
      this.#view,
      this.#bar,
      vscode.commands.registerCommand('arcx.goTo', (present?: Present) =>
        this.#with(present, 'Whom to go to?', (chosen) => this.#goTo(chosen)),
      ),
      vscode.commands.registerCommand('arcx.follow', (present?: Present) =>
        this.#with(present, 'Whom to follow?', (chosen) => this.#follow(chosen)),
      ),
      vscode.commands.registerCommand('arcx.unfollow', () => this.#unfollow()),
      // Whoever types or clicks goes their own way again.
      vscode.window.onDidChangeTextEditorSelection(({ kind }) => {
        if (
          kind === vscode.TextEditorSelectionChangeKind.Keyboard ||
          kind === vscode.TextEditorSelectionChangeKind.Mouse
        )
          void this.#unfollow()
      }),
    ]
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose()
  }

  get others(): readonly Present[] {
    return this.#room().present.filter(({ id }) => id !== this.#own)
  }

  refresh(): void {
    this.#changed.fire()
    const { others } = this
    this.#view.badge =
      others.length === 0
        ? undefined
        : {
            value: others.length,
            tooltip: `${others.length === 1 ? 'One other is' : `${others.length} others are`} here`,
          }
    void vscode.commands.executeCommand('setContext', 'arcx.others', others.length)
    const followed = others.find(({ id }) => id === this.#followed)
    if (this.#followed !== null && followed === undefined) void this.#unfollow()
    if (followed !== undefined) void this.#goTo(followed)
  }

  getChildren(element?: Present): Present[] {
    return element === undefined ? [...this.others] : []
  }

  getTreeItem(present: Present): vscode.TreeItem {
    const place = placeOf(present)
    const [first] = present.places
    const item = new vscode.TreeItem(
      present.agent === null ? present.name : `${present.agent} (${present.login}’s agent)`,
    )
    const where =
      place === undefined
        ? clientWords[first?.client ?? 'web']
        : `${place.file}${place.line === null ? '' : `:${place.line}`}`
    const state = first?.state ?? 'active'
    item.id = present.id
    item.description = `${where}${place?.typing === true ? ' · typing' : ''}${state === 'active' ? '' : ` · ${state}`}`
    item.tooltip = `${present.login}: ${item.description}`
    item.accessibilityInformation = { label: `${item.label}, ${item.description}` }
    item.iconPath = new vscode.ThemeIcon(
      present.agent === null ? 'account' : 'hubot',
      new vscode.ThemeColor(state === 'active' ? 'charts.green' : 'disabledForeground'),
    )
    item.contextValue = `${place === undefined ? 'elsewhere' : 'placed'} ${present.id === this.#followed ? 'followed' : 'free'}`
    if (place !== undefined)
      item.command = { command: 'arcx.goTo', title: 'Go to Where They Are', arguments: [present] }
    return item
  }

  async #with(given: Present | undefined, question: string, work: (present: Present) => Promise<void>): Promise<void> {
    const placed = this.others.filter((present) => placeOf(present) !== undefined)
    const chosen =
      given ??
      (
        await vscode.window.showQuickPick(
          placed.map((present) => ({ label: present.name, description: placeOf(present)?.file ?? '', present })),
          { placeHolder: question },
        )
      )?.present
    // As they are now, not as they were when the list was drawn.
    const now = this.others.find(({ id }) => id === chosen?.id)
    if (now !== undefined) await work(now)
  }

  async #follow(present: Present): Promise<void> {
    this.#followed = present.id
    this.#bar.text = `$(eye) Following ${present.name}`
    this.#bar.tooltip = 'Type, click or choose this to go your own way again'
    this.#bar.show()
    await vscode.commands.executeCommand('setContext', 'arcx.following', true)
    this.#shown = ''
    await this.#goTo(present)
    this.#changed.fire()
  }

  async #unfollow(): Promise<void> {
    if (this.#followed === null) return
    this.#followed = null
    this.#bar.hide()
    await vscode.commands.executeCommand('setContext', 'arcx.following', false)
    this.#changed.fire()
  }

  async #goTo(present: Present): Promise<void> {
    const place = placeOf(present)
    if (place?.file === undefined || place.file === null) return
    const spot = `${present.id} ${place.file}:${place.line}`
    if (present.id === this.#followed && spot === this.#shown) return
    this.#shown = spot
    const line = Math.max(0, (place.line ?? 1) - 1)
    const range = new vscode.Range(line, 0, line, 0)
    try {
      const editor = await vscode.window.showTextDocument(uriOf(place.file, this.#folder), {
        preserveFocus: present.id === this.#followed,
        preview: true,
      })
      editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport)
      if (present.id !== this.#followed) editor.selection = new vscode.Selection(range.start, range.start)
    } catch {
      void vscode.window.showInformationMessage(`${place.file}, where ${present.name} is, cannot be opened here.`)
    }
  }
}
