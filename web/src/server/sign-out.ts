import { t } from '@lingui/core/macro'
import { host } from '../host/host.ts'
import { showError } from '../interface/toasts.ts'

export async function signOut(): Promise<void> {
  if (!(await host.signOut())) showError(t`You could not be signed out. Try again.`)
}
