import { beforeAll, describe, expect, it } from 'vitest';
import { CarefulDocuments } from '../../electron/core/vault/careful-documents.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { RootCaStore } from '../../electron/core/vault/root-ca-store.ts';
import { type CertifiedKey, createCa } from '../simulator/pki.ts';
import { codeOf } from '../support/failure-code.ts';
import { MemoryDocuments } from '../support/vault.ts';

const MONDAY = '2026-11-23T08:00:00.000Z';
const TUESDAY = '2026-11-24T08:00:00.000Z';
const WEDNESDAY = '2026-11-25T08:00:00.000Z';
let cas: readonly [CertifiedKey, CertifiedKey, CertifiedKey];

beforeAll(async () => {
  const named = (commonName: string) => createCa({ commonName, keyType: 'ec' });
  cas = [await named('Live'), await named('Test'), await named('Old')];
});

const rootCa = ({ certificate }: CertifiedKey) => ({ root: certificate, intermediates: [] });
const nameOf = ({ certificate }: CertifiedKey) =>
  `root-cas/${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`;

function start(documents: MemoryDocuments) {
  const notices = new StorageNotices();
  const store = new RootCaStore(new CarefulDocuments(documents, notices));
  return {
    store,
    names: () => store.all.map(({ root }) => root.subject),
    told: () => notices.all.map(({ what, kind }) => `${what} ${kind}`),
  };
}

describe('the stored Root CAs', () => {
  it('are kept in the order they were trusted, a document each', () => {
    const documents = new MemoryDocuments();
    const { store } = start(documents);
    store.add(rootCa(cas[2]), MONDAY);
    store.add(rootCa(cas[0]), WEDNESDAY);
    store.add(rootCa(cas[1]), TUESDAY);
    expect(start(documents).names()).toEqual(['CN=Old', 'CN=Test', 'CN=Live']);
    expect([...documents.files.keys()].sort()).toEqual(cas.map(nameOf).sort());

    documents.written.length = 0;
    store.remove(cas[1].certificate.fingerprint256);
    expect(start(documents).names()).toEqual(['CN=Old', 'CN=Live']);
    expect(documents.written).toEqual([]);
    expect(codeOf(() => store.remove(cas[1].certificate.fingerprint256))).toBe('not-found');
  });

  it.each([
    ['is no document', () => '{"version":2,'],
    ['has lost a bit', (text: string) => text.replace('MII', 'MIJ')],
    ['is that of another one', (_text: string, other: string) => other],
  ])('stay usable when one among three %s: it is set aside and told', (_what, damage) => {
    const documents = new MemoryDocuments();
    const { store } = start(documents);
    for (const ca of cas) store.add(rootCa(ca), MONDAY);
    const [victim, other] = [nameOf(cas[1]), nameOf(cas[0])];
    const before = documents.files.get(victim) ?? '';
    documents.files.set(victim, damage(before, documents.files.get(other) ?? ''));
    expect(documents.files.get(victim)).not.toBe(before);
    const damaged = documents.files.get(victim);
    const { names, told } = start(documents);
    expect(names().sort()).toEqual(['CN=Live', 'CN=Old']);
    expect(told()).toEqual(['trust-anchor damaged']);
    expect(documents.files.get(`${victim}.damaged`)).toBe(damaged);
    // It can be trusted anew, and nothing is told twice.
    start(documents).store.add(rootCa(cas[1]), TUESDAY);
    expect(start(documents).names()).toHaveLength(3);
    expect(start(documents).told()).toEqual([]);
  });

  it('leave one alone that a newer version has written', () => {
    const documents = new MemoryDocuments();
    start(documents).store.add(rootCa(cas[0]), MONDAY);
    documents.files.set(nameOf(cas[1]), '{"version":99}');
    const { names, told, store } = start(documents);
    expect(names()).toEqual(['CN=Live']);
    expect(told()).toEqual(['trust-anchor newer-version']);
    expect(codeOf(() => store.add(rootCa(cas[1]), TUESDAY))).toBe('storage-failed');
    expect(documents.files.get(nameOf(cas[1]))).toBe('{"version":99}');
  });
});

/** Notes what is on the disk after each step: where the power may fail. */
class WatchedDocuments extends MemoryDocuments {
  readonly moments: Map<string, string>[] = [];

  override write(name: string, value: Record<string, unknown>): void {
    super.write(name, value);
    this.moments.push(new Map(this.files));
  }

  override remove(name: string): void {
    super.remove(name);
    this.moments.push(new Map(this.files));
  }
}

describe('the one Root CA of an older version', () => {
  /** `first`: of version 1, which kept no fingerprint. */
  function olderDocuments<T extends MemoryDocuments>(documents: T, version: 'first' | 'last'): T {
    const source = new MemoryDocuments();
    start(source).store.add(rootCa(cas[0]), MONDAY);
    const { fingerprint256, ...rest } = JSON.parse(source.files.get(nameOf(cas[0])) ?? '');
    const document = version === 'first' ? { ...rest, version: 1 } : { ...rest, fingerprint256 };
    documents.files.set('trust-anchor', JSON.stringify(document));
    return documents;
  }

  it.each(['first', 'last'] as const)('becomes one of several (%s)', (version) => {
    const documents = olderDocuments(new MemoryDocuments(), version);
    const { store, told } = start(documents);
    expect(store.all).toMatchObject([{ trustedAt: MONDAY }]);
    expect(told()).toEqual([]);
    expect([...documents.files.keys()]).toEqual([nameOf(cas[0])]);
    store.add(rootCa(cas[1]), TUESDAY);
    expect(start(documents).names()).toEqual(['CN=Live', 'CN=Test']);
  });

  it('is there once, wherever the app ends in between', () => {
    const watched = olderDocuments(new WatchedDocuments(), 'last');
    start(watched);
    expect(watched.moments).toHaveLength(2);
    for (const files of watched.moments) {
      const documents = new MemoryDocuments();
      for (const [name, text] of files) documents.files.set(name, text);
      const { names, told } = start(documents);
      expect(names()).toEqual(['CN=Live']);
      expect(told()).toEqual([]);
      expect([...documents.files.keys()]).toEqual([nameOf(cas[0])]);
    }
  });

  it('is trusted while the disk takes nothing, and taken over later', () => {
    const documents = olderDocuments(new MemoryDocuments(), 'last');
    documents.failWrites = true;
    expect(start(documents).names()).toEqual(['CN=Live']);
    expect([...documents.files.keys()]).toEqual(['trust-anchor']);
    documents.failWrites = false;
    expect(start(documents).names()).toEqual(['CN=Live']);
    expect([...documents.files.keys()]).toEqual([nameOf(cas[0])]);
  });

  it('does not come back when it was removed before it could be taken over', () => {
    const documents = olderDocuments(new MemoryDocuments(), 'last');
    documents.failWrites = true;
    const { store } = start(documents);
    documents.failWrites = false;
    store.remove(cas[0].certificate.fingerprint256);
    expect(start(documents).names()).toEqual([]);
  });

  it('is set aside and told when it is damaged, beside those that are not', () => {
    const documents = new MemoryDocuments();
    start(documents).store.add(rootCa(cas[1]), MONDAY);
    documents.files.set('trust-anchor', '{"version":1}');
    const { names, told } = start(documents);
    expect(names()).toEqual(['CN=Test']);
    expect(told()).toEqual(['trust-anchor damaged']);
  });
});
