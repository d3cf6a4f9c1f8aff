import { describe, expect, it } from 'vitest';
import { type SafeStorageCalls, safeStorageCipher } from '../../electron/adapters/safe-storage-cipher.ts';
import { toAppError } from '../../electron/core/failure.ts';

interface Behaviour {
  readonly backend?: 'basic_text' | 'unknown' | 'gnome_libsecret' | 'kwallet6';
  readonly available?: boolean;
  /** What Chromium puts in front: `v10` is a key that everybody knows. */
  readonly prefix?: 'v10' | 'v11';
  readonly decryptFails?: string;
  readonly encryptFails?: string;
  readonly shouldReEncrypt?: boolean;
}

const seal = (text: string, prefix: string) =>
  Buffer.concat([Buffer.from(prefix), Buffer.from(text).map((byte) => byte ^ 0x33)]);
const unseal = (sealed: Buffer) => Buffer.from(sealed.subarray(3).map((byte) => byte ^ 0x33)).toString();

/** `safeStorage` of Electron 33: its calls block and throw. */
function blockingStorage(behaviour: Behaviour = {}) {
  const { backend = 'gnome_libsecret', available = true, prefix = 'v11', ...fails } = behaviour;
  return {
    getSelectedStorageBackend: () => backend,
    isEncryptionAvailable: () => available,
    encryptString: (text: string) => {
      if (fails.encryptFails) throw new Error(fails.encryptFails);
      return seal(text, prefix);
    },
    decryptString: (sealed: Buffer) => {
      if (fails.decryptFails) throw new Error(fails.decryptFails);
      return unseal(sealed);
    },
  };
}

/** `safeStorage` of Electron 45: both kinds of calls, of which the blocking ones must not be used. */
function asyncStorage(behaviour: Behaviour = {}) {
  const old = blockingStorage(behaviour);
  const refuse = () => {
    throw new Error('blocks the app');
  };
  return {
    getSelectedStorageBackend: old.getSelectedStorageBackend,
    isEncryptionAvailable: refuse,
    encryptString: refuse,
    decryptString: refuse,
    isAsyncEncryptionAvailable: async () => old.isEncryptionAvailable(),
    encryptStringAsync: async (text: string) => old.encryptString(text),
    decryptStringAsync: async (sealed: Buffer) => ({
      result: old.decryptString(sealed),
      shouldReEncrypt: behaviour.shouldReEncrypt ?? false,
    }),
  };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (thrown: unknown) => toAppError(thrown).code,
  );

describe.each<[string, (behaviour?: Behaviour) => SafeStorageCalls]>([
  ['33', blockingStorage],
  ['45', asyncStorage],
])('safeStorageCipher in Electron %s', (_version, storage) => {
  it.each(['linux', 'darwin', 'win32'] as const)('opens what it has sealed (%s)', async (platform) => {
    const cipher = safeStorageCipher(storage(), platform);
    const sealed = await cipher.encrypt('keys ü');
    expect(sealed).not.toContain('keys');
    expect(await cipher.problem()).toBeNull();
    expect(await cipher.decrypt(sealed)).toEqual({ text: 'keys ü', reencrypt: false });
  });

  it('opens what the blocking calls have sealed', async () => {
    const old = blockingStorage().encryptString('from 33').toString('base64');
    expect((await safeStorageCipher(storage(), 'linux').decrypt(old)).text).toBe('from 33');
  });

  it.each(['basic_text', 'unknown'] as const)('refuses the backend %s on Linux', async (backend) => {
    const problem = await safeStorageCipher(storage({ backend }), 'linux').problem();
    expect(problem).toMatchObject({ code: 'storage-unavailable', detail: expect.stringContaining(backend) });
  });

  it('refuses a key that protects nothing, whatever backend Linux has selected', async () => {
    const cipher = safeStorageCipher(storage({ prefix: 'v10' }), 'linux');
    expect((await cipher.problem())?.code).toBe('storage-unavailable');
    expect(await codeOf(cipher.encrypt('keys'))).toBe('storage-unavailable');
    // Elsewhere it is the mark of the real one.
    expect(await safeStorageCipher(storage({ prefix: 'v10' }), 'darwin').problem()).toBeNull();
  });

  it('says when there is no key store', async () => {
    const none = safeStorageCipher(storage({ available: false }), 'win32');
    expect((await none.problem())?.code).toBe('storage-unavailable');
    const broken = safeStorageCipher(storage({ encryptFails: 'no bus' }), 'linux');
    expect(await broken.problem()).toMatchObject({ code: 'storage-unavailable' });
  });

  it('tells a locked key store from a lost key', async () => {
    const decryptFails = 'safeStorage.decryptStringAsync is temporarily unavailable. Please try again.';
    expect(await codeOf(safeStorageCipher(storage({ decryptFails }), 'darwin').decrypt('AAAA'))).toBe(
      'storage-locked',
    );
    const lost = safeStorageCipher(storage({ decryptFails: 'Error while decrypting the ciphertext' }));
    expect(await codeOf(lost.decrypt('AAAA'))).toBe('internal');
  });
});

it('passes on that a key was replaced', async () => {
  const cipher = safeStorageCipher(asyncStorage({ shouldReEncrypt: true }), 'win32');
  expect(await cipher.decrypt(await cipher.encrypt('keys'))).toEqual({ text: 'keys', reencrypt: true });
});
