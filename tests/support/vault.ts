import type { SecretCipher } from '../../electron/core/vault/cipher.ts';
import type { DocumentStore } from '../../electron/core/vault/documents.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { appError } from '../../shared/errors.ts';

/** A cipher that really hides the text, under a key that can be changed as when a keyring is lost. */
export class MemoryCipher implements SecretCipher {
  available = true;
  key = 0x5a;

  problem() {
    return this.available ? null : appError('storage-unavailable', 'no keyring in this test');
  }

  encrypt(text: string): string {
    return Buffer.from(this.#mask(Buffer.from(text))).toString('base64');
  }

  decrypt(base64: string): string {
    const text = Buffer.from(this.#mask(Buffer.from(base64, 'base64'))).toString();
    if (!text.startsWith('{')) throw new Error('wrong key');
    return text;
  }

  #mask(bytes: Buffer): number[] {
    return [...bytes].map((byte) => byte ^ this.key);
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

export function memoryVault() {
  const documents = new MemoryDocuments();
  const cipher = new MemoryCipher();
  return {
    documents,
    cipher,
    vault: new Vault(documents, cipher),
    reopen: () => new Vault(documents, cipher),
  };
}
