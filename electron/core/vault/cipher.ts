import type { AppError } from '../../../shared/errors.ts';

/** Encryption by the operating system's key store; Electron's `safeStorage` in the app. */
export interface SecretCipher {
  /** Why nothing can be encrypted for real on this computer, or null. */
  problem(): AppError | null;
  /** Base64 of the encrypted text. */
  encrypt(text: string): string;
  /** Throws when the text was encrypted under another key. */
  decrypt(base64: string): string;
}
