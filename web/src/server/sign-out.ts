import { tellRefusal } from '../interface/toasts.tsx'

export async function signOut(): Promise<void> {
  const response = await fetch('/auth/sign-out', { method: 'POST' }).catch(() => null)
  if (response?.ok) location.assign('/sign-in')
  else tellRefusal('You could not be signed out. Try again.')
}
