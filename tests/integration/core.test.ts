import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCore } from '../../electron/core/core.ts';
import type { AttemptEnd, News } from '../../electron/core/news.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import { createVendorPki, type SimulatedDevice } from '../simulator/device.ts';
import { CORE_PARTS, requestFor, trustAll } from '../support/core.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';
import { MemoryCipher, MemoryDocuments } from '../support/vault.ts';

let historyFolder: string;
let device: SimulatedDevice;
let news: News[];
let listeners: ((each: News) => void)[];
let core: ReturnType<typeof createCore>;

beforeEach(async () => {
  historyFolder = mkdtempSync(join(tmpdir(), 'pos-core-'));
  device = await startSimulatedDevice();
  news = [];
  listeners = [];
  core = createCore({
    documents: new MemoryDocuments(),
    historyFolder,
    cipher: new MemoryCipher(),
    ...CORE_PARTS,
    tell: (each) => {
      news.push(each);
      for (const listener of listeners) listener(each);
    },
  });
  await trust(device.rootCaPem);
});
afterEach(async () => {
  await core.close();
  await device.stop();
  rmSync(historyFolder, { recursive: true, force: true });
});

const trust = (pem: string) => trustAll(core, pem);

const heard = <T extends News['type']>(type: T): Promise<Extract<News, { type: T }>> =>
  new Promise((resolve) => {
    listeners.push((each) => {
      if (each.type === type) resolve(each as Extract<News, { type: T }>);
    });
  });

const request = (change: Partial<PairingRequest> = {}): PairingRequest => requestFor(device, change);

async function pair(change: Partial<PairingRequest> = {}): Promise<AttemptEnd> {
  const ended = heard('pairing-ended');
  core.pairing.start(request(change));
  return (await ended).end;
}

const typesSince = (from: number) => news.slice(from).map(({ type }) => type);
const kinds = () =>
  core.history
    .all()
    .map(({ kind, result }) => [kind, result])
    .reverse();

describe('the core without a window', () => {
  it('pairs, renames, checks and removes, tells of it and remembers it', async () => {
    const { stored } = await pair();
    const id = stored?.id ?? '';
    const ended = typesSince(0).indexOf('pairing-ended');
    // Who shows it knows the pairing before its status.
    expect(typesSince(ended)).toEqual(['pairing-ended', 'history-changed', 'status-changed']);

    let from = news.length;
    expect(core.renamePairing(id, ' Bar ')).toMatchObject({ id, name: 'Bar' });
    expect(news.slice(from)).toMatchObject([
      { type: 'pairing-renamed', before: { name: '' }, after: { name: 'Bar' } },
      { type: 'history-changed' },
    ]);

    expect(await core.monitor.check(id)).toMatchObject({ lastCheck: { result: 'mtls' } });

    from = news.length;
    expect(await core.removePairing(id)).toMatchObject({ id, name: 'Bar' });
    expect(typesSince(from)).toEqual(['pairing-removed', 'history-changed']);
    expect(core.vault.pairings).toEqual([]);
    await expect(core.removePairing(id)).rejects.toMatchObject({ appError: { code: 'not-found' } });
    expect(() => core.renamePairing(id, 'x')).toThrow('not-found');

    expect(kinds()).toEqual([
      ['root-ca-added', 'ok'],
      ['paired', 'ok'],
      ['renamed', 'ok'],
      ['removed', 'ok'],
    ]);
    expect(JSON.stringify([news, core.history.all()])).not.toContain(device.code);
    expect(JSON.stringify(news)).not.toContain('PRIVATE KEY');
  });

  it('hands a pairing over to POS software, and remembers that without a secret', async () => {
    const { stored } = await pair();
    const outcome = await core.connectionKit.export({
      pairingId: stored?.id ?? '',
      format: 'pem',
      password: { kind: 'generated' },
      chooseFolder: async (name) => join(historyFolder, name),
    });
    if (outcome.outcome !== 'written') throw new Error(outcome.outcome);
    expect(core.history.all()[0]).toMatchObject({
      kind: 'exported',
      result: 'ok',
      posId: 'POS-1',
      to: 'pos-connection-POS-1',
      note: 'pem',
    });
    expect(outcome.password).toMatch(/^[a-z2-9-]{24}$/);
    expect(JSON.stringify([news, core.history.all()])).not.toContain(outcome.password);
    expect(JSON.stringify(news)).not.toContain('PRIVATE KEY');
  });

  it('ends the pairing that makes anew what is removed', async () => {
    const { stored } = await pair();
    const id = stored?.id ?? '';
    device.rotateCode();
    device.setFault('silence');
    const ended = heard('pairing-ended');
    core.pairing.start(request({ replaces: id, code: device.code }));
    await core.removePairing(id);
    expect((await ended).end.result).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(core.vault.pairings).toEqual([]);
  });

  it('ends a pairing before another Root CA is trusted, and leaves those that are paired alone', async () => {
    const { stored } = await pair();
    const id = stored?.id ?? '';
    const other = (await createVendorPki()).root;
    device.rotateCode();
    const question = heard('pairing-progress');
    core.pairing.start(request({ serial: '', posId: 'POS-2', code: device.code }));
    await question;
    const from = news.length;
    await trust(other.certificatePem);
    const told = typesSince(from);
    expect(told.indexOf('pairing-ended')).toBeGreaterThan(-1);
    expect(told.indexOf('root-ca-trusted')).toBeGreaterThan(told.indexOf('pairing-ended'));
    expect(device.received.filter(({ text }) => text.includes(device.code))).toEqual([]);
    expect(await core.monitor.check(id)).toMatchObject({ lastCheck: { result: 'mtls' } });
  });

  it('leaves a pairing alone when the same Root CA is imported again', async () => {
    const question = heard('pairing-progress');
    const { attemptId } = core.pairing.start(request({ serial: '' }));
    await question;
    await trust(device.rootCaPem);
    expect(typesSince(0)).not.toContain('pairing-ended');
    core.pairing.cancel(attemptId);
  });

  it('tells of changed settings and of notices', async () => {
    const from = news.length;
    core.updateSettings({ tray: true });
    core.dismissNotice('none');
    expect(news.slice(from)).toMatchObject([
      { type: 'settings-changed', settings: { tray: true } },
      { type: 'notices-changed', notices: [] },
    ]);
  });
});
