import { safeStorage } from 'electron'
import type { Keychain } from '../accounts/accounts.ts'

/** The system's: Keychain, DPAPI, or a secret service. What Chromium would seal with a fixed password counts as none. */
export function systemKeychain(): Keychain {
  const isAvailable =
    safeStorage.isEncryptionAvailable() &&
    (process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text')
  return {
    isAvailable,
    seal: (text) => safeStorage.encryptString(text).toString('base64'),
    unseal: (sealed) => safeStorage.decryptString(Buffer.from(sealed, 'base64')),
  }
}
