import { safeStorage } from 'electron';
import { appError } from '../../shared/errors.ts';
import type { SecretCipher } from '../core/vault/cipher.ts';

/** Chromium's answer when it has no key store and would only obfuscate (Linux without a keyring). */
const NO_REAL_ENCRYPTION = new Set(['basic_text', 'unknown']);

/** {@link SecretCipher} by DPAPI (Windows), Keychain (macOS), libsecret or KWallet (Linux). App must be ready. */
export const safeStorageCipher: SecretCipher = {
  problem() {
    if (process.platform === 'linux') {
      const backend = safeStorage.getSelectedStorageBackend();
      if (NO_REAL_ENCRYPTION.has(backend)) {
        return appError('storage-unavailable', `safeStorage backend: ${backend}`);
      }
    }
    return safeStorage.isEncryptionAvailable()
      ? null
      : appError('storage-unavailable', `safeStorage is not available on ${process.platform}`);
  },
  encrypt: (text) => safeStorage.encryptString(text).toString('base64'),
  decrypt: (base64) => safeStorage.decryptString(Buffer.from(base64, 'base64')),
};
