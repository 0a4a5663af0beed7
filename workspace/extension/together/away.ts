import * as vscode from 'vscode'
import type { Refusal } from './session-client.ts'

interface Notice {
  readonly message: string
  readonly action: string | null
}

const notices: Readonly<Record<Refusal, Notice>> = {
  stopped: {
    message:
      'The workspace has been stopped. What you type is kept in this window, which goes on by itself when the workspace runs again.',
    action: 'Start Workspace',
  },
  'signed out': {
    message:
      'You have been signed out of arcx. What you type is kept in this window, which goes on by itself when you are signed in again.',
    action: 'Sign In',
  },
  'not allowed': {
    message:
      'You may not open this workspace any more, or it has been deleted. Copy what you still need: what you type here is not saved.',
    action: null,
  },
}

/** A workspace that only restarts is back by then, and the window with it. */
const patienceMs = 4000

/** Says, once for each reason, why the workspace does not answer this window, and offers what helps. */
export class Away {
  #refusal: Refusal | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `null`: it answers. */
  tell(refusal: Refusal | null): void {
    if (refusal === this.#refusal) return
    this.#refusal = refusal
    clearTimeout(this.#timer)
    if (refusal !== null) this.#timer = setTimeout(() => void show(notices[refusal]), patienceMs)
  }

  dispose(): void {
    clearTimeout(this.#timer)
  }
}

async function show({ message, action }: Notice): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(message, ...(action === null ? [] : [action]))
  // Its address leads to the page that starts it, or to sign-in; this window keeps what was typed in it meanwhile.
  if (chosen !== undefined) await vscode.env.openExternal(vscode.Uri.parse(globalThis.origin))
}
