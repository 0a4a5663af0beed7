import { host } from '../host/host.ts'
import { tellRefusal } from '../interface/toasts.ts'

export async function signOut(): Promise<void> {
  if (!(await host.signOut())) tellRefusal('You could not be signed out. Try again.')
}
