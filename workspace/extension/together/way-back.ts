import * as vscode from 'vscode'

/** From the editor to the workspace's page in arcx: its figures, its log, who is there, and all other workspaces. */
export function wayBack(): vscode.Disposable {
  const command = 'arcx.openPage'
  const item = vscode.window.createStatusBarItem('arcx.page', vscode.StatusBarAlignment.Left, Number.MAX_SAFE_INTEGER)
  item.name = 'arcx'
  item.text = '$(arrow-left) arcx'
  item.tooltip = 'Open this workspace’s page in arcx'
  item.command = command
  item.show()
  return vscode.Disposable.from(
    item,
    vscode.commands.registerCommand(command, () =>
      vscode.env.openExternal(vscode.Uri.parse(`${globalThis.origin}/_arcx/page`)),
    ),
  )
}
