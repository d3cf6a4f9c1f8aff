import { failure } from '../../electron/core/failure.ts';
import type { SecretCipher } from '../../electron/core/vault/cipher.ts';
import type { DocumentStore } from '../../electron/core/vault/documents.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import type { Account } from '../../shared/account.ts';
import { appError } from '../../shared/errors.ts';

/** A cipher that really hides the text, under a key that can be changed as when a keyring is lost. */
export class MemoryCipher implements SecretCipher {
  available = true;
  key = 0x5a;
  /** The key store asks a person, and nobody is there. */
  locked = false;
  /** An old key that still opens what it has sealed. */
  rotatedFrom: number | undefined;

  async problem() {
    return this.available ? null : appError('storage-unavailable', 'no keyring in this test');
  }

  async encrypt(text: string) {
    return this.#mask(Buffer.from(text), this.key).toString('base64');
  }

  async decrypt(base64: string) {
    if (this.locked) throw failure('storage-locked', 'locked in this test');
    for (const key of [this.key, this.rotatedFrom]) {
      if (key === undefined) continue;
      const text = this.#mask(Buffer.from(base64, 'base64'), key).toString();
      if (text.startsWith('{')) return { text, reencrypt: key !== this.key };
    }
    throw new Error('wrong key');
  }

  #mask(bytes: Buffer, key: number): Buffer {
    return Buffer.from(bytes.map((byte) => byte ^ key));
  }
}

/** Documents in memory; `failWrites` stands for a full disk. */
export class MemoryDocuments implements DocumentStore {
  readonly files = new Map<string, string>();
  readonly written: string[] = [];
  failWrites = false;
  /** Documents that stand for a broken sector. */
  readonly unreadable = new Set<string>();
  /** How many documents were read. */
  reads = 0;

  list(folder: string): string[] {
    return [...this.files.keys()]
      .filter((name) => name.startsWith(`${folder}/`) && !name.includes('.damaged'))
      .map((name) => name.slice(folder.length + 1));
  }

  read(name: string) {
    this.reads += 1;
    if (this.unreadable.has(name)) throw new Error('EIO: i/o error, read');
    const text = this.files.get(name);
    if (text === undefined) return { kind: 'absent' as const };
    try {
      return { kind: 'document' as const, value: JSON.parse(text) as unknown };
    } catch {
      return { kind: 'damaged' as const };
    }
  }

  write(name: string, value: Record<string, unknown>): void {
    if (this.failWrites) throw new Error('ENOSPC: no space left on device');
    this.written.push(name);
    this.files.set(name, JSON.stringify(value));
  }

  remove(name: string): void {
    this.files.delete(name);
  }

  setAside(name: string): string {
    const text = this.files.get(name);
    this.files.delete(name);
    this.files.set(`${name}.damaged`, text ?? '');
    return `${name}.damaged`;
  }
}

/** @param account whose key store the cipher stands for */
export function memoryVault(account?: Account) {
  const documents = new MemoryDocuments();
  const cipher = new MemoryCipher();
  return {
    documents,
    cipher,
    vault: new Vault(documents, cipher, undefined, [], account),
    /** As the next start, perhaps under another account, finds it. */
    reopen: (as = account) => new Vault(documents, cipher, undefined, [], as),
  };
}
