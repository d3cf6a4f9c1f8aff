import type { AppError } from '../../../shared/errors.ts';

interface Decrypted {
  readonly text: string;
  /** The key store asks for the text to be encrypted anew: its key has been replaced by another one. */
  readonly reencrypt: boolean;
}

/**
 * Encryption by the operating system's key store; Electron's `safeStorage` in the app. Each call may wait for a person
 * who is asked to unlock it.
 */
export interface SecretCipher {
  /** Why nothing can be encrypted for real on this computer, or null. */
  problem(): Promise<AppError | null>;
  /** Base64 of the encrypted text. Throws Failure `storage-unavailable` rather than encrypt without protection. */
  encrypt(text: string): Promise<string>;
  /**
   * Throws Failure `storage-locked` when the key store cannot be used for now, anything else when the text was
   * encrypted under another key.
   */
  decrypt(base64: string): Promise<Decrypted>;
}
