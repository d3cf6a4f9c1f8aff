import type { SafeStorage } from 'electron';
import { appError } from '../../shared/errors.ts';
import { Failure, failure, toAppError } from '../core/failure.ts';
import type { SecretCipher } from '../core/vault/cipher.ts';

/** Chromium's answer when it has no key store and would only obfuscate (Linux without a keyring). */
const NO_REAL_ENCRYPTION = new Set(['basic_text', 'unknown']);
/**
 * First bytes of what Chromium encrypts on Linux under a key that is part of its source code: the asynchronous calls
 * do that without a word when no secret service answers, whatever backend is selected.
 */
const UNPROTECTED = 'v10';
/** How Electron words that the key store is locked for now (shell/browser/api/electron_api_safe_storage.cc). */
const LOCKED = /temporarily unavailable/i;

type AsyncCalls = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync'
>;
type BlockingCalls = Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'>;

/** Electron's `safeStorage` before 42, when the asynchronous calls came, and after 45, when the others go. */
export type SafeStorageCalls = Pick<SafeStorage, 'getSelectedStorageBackend'> & (AsyncCalls | BlockingCalls);

const isAsync = (calls: AsyncCalls | BlockingCalls): calls is AsyncCalls =>
  'decryptStringAsync' in calls && typeof calls.decryptStringAsync === 'function';

/** The old calls, which block the whole app while a person is asked, in the shape of the new ones. */
const withoutBlocking = (calls: AsyncCalls | BlockingCalls): AsyncCalls =>
  isAsync(calls)
    ? calls
    : {
        isAsyncEncryptionAvailable: async () => calls.isEncryptionAvailable(),
        encryptStringAsync: async (text) => calls.encryptString(text),
        decryptStringAsync: async (encrypted) => ({
          result: calls.decryptString(encrypted),
          shouldReEncrypt: false,
        }),
      };

async function unlocked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof Error && LOCKED.test(thrown.message))
      throw failure('storage-locked', thrown.message);
    throw thrown;
  }
}

/**
 * {@link SecretCipher} by DPAPI (Windows), Keychain (macOS), libsecret or KWallet (Linux). The app must be ready. The
 * asynchronous calls are used where Electron has them; they read what the old ones wrote.
 */
export function safeStorageCipher(
  storage: SafeStorageCalls,
  platform: NodeJS.Platform = process.platform,
): SecretCipher {
  const calls = withoutBlocking(storage);
  const encrypt = async (text: string): Promise<string> => {
    const encrypted = await unlocked(calls.encryptStringAsync(text));
    if (platform === 'linux' && encrypted.subarray(0, UNPROTECTED.length).toString() === UNPROTECTED)
      throw failure('storage-unavailable', 'safeStorage would encrypt without a protected key');
    return encrypted.toString('base64');
  };
  return {
    async problem() {
      try {
        if (platform === 'linux') {
          const backend = storage.getSelectedStorageBackend();
          if (NO_REAL_ENCRYPTION.has(backend)) {
            return appError('storage-unavailable', `safeStorage backend: ${backend}`);
          }
        }
        if (!(await calls.isAsyncEncryptionAvailable()))
          return appError('storage-unavailable', `safeStorage is not available on ${platform}`);
        // "Available" is also said of a key that protects nothing: only what was encrypted shows it.
        if (platform === 'linux') await encrypt('trial');
        return null;
      } catch (thrown) {
        if (thrown instanceof Failure) return thrown.appError;
        return appError('storage-unavailable', toAppError(thrown).detail);
      }
    },
    encrypt,
    async decrypt(base64) {
      const encrypted = Buffer.from(base64, 'base64');
      const { result, shouldReEncrypt } = await unlocked(calls.decryptStringAsync(encrypted));
      return { text: result, reencrypt: shouldReEncrypt };
    },
  };
}
