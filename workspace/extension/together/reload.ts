import * as vscode from 'vscode'

const patienceMs = 5000

/**
 * Loads the window again, once, where its workspace has another container or another name: VS Code itself would say that
 * it cannot reconnect, and leave it to its person. What was typed goes to team-state first, as nothing keeps it here.
 */
export class Reload {
  readonly #flush: () => Promise<void>
  #hasBegun = false

  constructor(flush: () => Promise<void>) {
    this.#flush = flush
  }

  begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    void this.#run()
  }

  async #run(): Promise<void> {
    const asking = setTimeout(() => void this.#ask(), patienceMs)
    await this.#flush()
    clearTimeout(asking)
    await now()
  }

  async #ask(): Promise<void> {
    const reload = 'Reload Now'
    const message =
      'The workspace was restarted. This window reloads as soon as the server has what you typed last; it does not answer yet. Reloading now may lose it.'
    if ((await vscode.window.showWarningMessage(message, reload)) === reload) await now()
  }
}

const now = () => vscode.commands.executeCommand('workbench.action.reloadWindow')
