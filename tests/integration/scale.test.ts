import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { type CertifiedKey, createCa } from '../simulator/pki.ts';
import { addPairings } from '../support/many-pairings.ts';
import { watchRegister } from '../support/monitor.ts';
import { testRegister } from '../support/register.ts';
import { MemoryCipher } from '../support/vault.ts';

const MANY = 1_000;
const AT_ONCE = 16;
const MINUTE_MS = 60_000;
let ca: CertifiedKey;
/** Nobody listens there. */
let closedPort: number;

beforeAll(async () => {
  ca = await createCa({ commonName: 'Root' });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  closedPort = typeof bound === 'object' && bound ? bound.port : 0;
  await new Promise((resolve) => server.close(resolve));
});

class CountingCipher extends MemoryCipher {
  encrypted = 0;
  decrypted = 0;
  override encrypt(text: string) {
    this.encrypted += 1;
    return super.encrypt(text);
  }
  override decrypt(base64: string) {
    this.decrypted += 1;
    return super.decrypt(base64);
  }
}

describe('a vault of many pairings', () => {
  it('reads each document once at the start, opens no secret, and writes nothing', async () => {
    const register = testRegister(ca.certificatePem);
    await addPairings(register.vault, MANY, ca, closedPort);
    const { documents } = register;
    documents.reads = 0;
    documents.written.length = 0;
    const cipher = new CountingCipher();
    const vault = new Vault(documents, cipher);
    expect(vault.pairings).toHaveLength(MANY);
    // The Root CA, and whether an older version has left one in its own place.
    expect(documents.reads).toBe(MANY + 2);
    expect([documents.written.length, cipher.encrypted, cipher.decrypted]).toEqual([0, 0, 0]);

    const [first] = vault.pairings;
    vault.updateRecord(first?.id ?? '', { name: 'Bar' });
    await vault.credentials(first?.id ?? '');
    expect(documents.written).toEqual([`pairings/${first?.id}`]);
    expect([documents.reads, cipher.encrypted, cipher.decrypted]).toEqual([MANY + 2, 0, 1]);
  });

  const directory = mkdtempSync(join(tmpdir(), 'pos-scale-'));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('touches no file but that of the pairing that changes', async () => {
    const vault = new Vault(electronStoreDocuments(directory), new MemoryCipher());
    const pairings = await addPairings(vault, 50, ca, closedPort);
    const folder = join(directory, 'pairings');
    const look = () =>
      new Map(
        readdirSync(folder).map((file) => {
          const { ino, mtimeNs, ctimeNs } = statSync(join(folder, file), { bigint: true });
          return [file, [ino, mtimeNs, ctimeNs, readFileSync(join(folder, file), 'utf8')].join()];
        }),
      );
    const changedSince = (before: ReadonlyMap<string, string>) => {
      const now = look();
      return [...new Set([...before.keys(), ...now.keys()])].filter(
        (file) => before.get(file) !== now.get(file),
      );
    };
    const id = pairings[7]?.id ?? '';
    const sealedOf = () => JSON.parse(readFileSync(join(folder, `${id}.json`), 'utf8')).active.sealed;
    const sealed = sealedOf();
    let before = look();
    vault.updateRecord(id, { name: 'Bar', address: { host: '10.0.0.1', port: 1 } });
    expect(changedSince(before)).toEqual([`${id}.json`]);
    expect(sealedOf()).toBe(sealed);
    before = look();
    vault.remove(id);
    expect(changedSince(before)).toEqual([`${id}.json`]);
    expect(new Vault(electronStoreDocuments(directory), new MemoryCipher()).pairings).toEqual(
      pairings.filter((pairing) => pairing.id !== id).map((pairing) => vault.find(pairing.id)),
    );
  });
});

describe('a monitor of many pairings', () => {
  /** How many checks run at a time, from what is told. */
  function countChecks(watched: ReturnType<typeof watchRegister>) {
    const started = new Map<string, number>();
    const running = new Set<string>();
    let most = 0;
    for (const { id, status } of watched.told) {
      if (status.state === 'checking') {
        running.add(id);
        started.set(id, (started.get(id) ?? 0) + 1);
      } else running.delete(id);
      most = Math.max(most, running.size);
    }
    return { started, most, running: running.size };
  }

  it('checks all of them after one tick, a few at once, the next as soon as one ends', async () => {
    const register = testRegister(ca.certificatePem);
    const count = 200;
    await addPairings(register.vault, count, ca, closedPort);
    let offset = 0;
    register.setClock(() => Date.now() + offset);
    const watched = watchRegister(register);
    watched.monitor.tick();
    await watched.until(() => {
      const { started, running } = countChecks(watched);
      return started.size === count && running === 0;
    });
    const first = countChecks(watched);
    expect(first.most).toBe(AT_ONCE);
    expect([...first.started.values()].every((times) => times === 1)).toBe(true);
    // One search for all the devices that are lost.
    expect(watched.searches()).toBe(1);

    // Nothing is due: a tick tells, reads and writes nothing.
    const { documents } = register;
    const quiet = [watched.told.length, documents.reads, documents.written.length];
    watched.monitor.tick();
    expect([watched.told.length, documents.reads, documents.written.length]).toEqual(quiet);

    // random() is 0.1: the second check comes after 90 % of the interval, later ones after all of it.
    offset = 13 * MINUTE_MS;
    watched.monitor.tick();
    expect(watched.told.length).toBe(quiet[0]);
    offset = 14 * MINUTE_MS;
    watched.monitor.tick();
    await watched.until(() => countChecks(watched).running === 0);
    await watched.until(() => [...countChecks(watched).started.values()].every((times) => times === 2));
    offset = 28 * MINUTE_MS;
    watched.monitor.tick();
    expect(countChecks(watched).running).toBe(0);
    offset = 30 * MINUTE_MS;
    watched.monitor.tick();
    expect(countChecks(watched).running).toBe(AT_ONCE);
    await watched.monitor.close();
  });
});
