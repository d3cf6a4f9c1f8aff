import { X509Certificate } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Trust } from '../../electron/core/device/connection.ts';
import { DeviceSearch } from '../../electron/core/discovery/device-search.ts';
import { failure } from '../../electron/core/failure.ts';
import { type SearchProgress, type SearchRange, searchProgressSchema } from '../../shared/search.ts';
import { createVendorPki, type SimulatedDevice, type VendorPki } from '../simulator/device.ts';
import { codeOf } from '../support/failure-code.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

const FIRST: SearchRange = { cidr: '127.0.0.0/28', interfaceName: 'a', hostCount: 14, virtual: false };
const SECOND: SearchRange = { cidr: '127.0.1.0/28', interfaceName: 'b', hostCount: 14, virtual: false };

let pki: VendorPki;
let trust: () => Trust;
let ranges: SearchRange[];
let told: SearchProgress[];
let listeners: ((progress: SearchProgress) => void)[];
let service: DeviceSearch;
let near: SimulatedDevice;
let far: SimulatedDevice;

beforeAll(async () => {
  pki = await createVendorPki();
});
beforeEach(async () => {
  near = await startSimulatedDevice({ pki, host: '127.0.0.2', serial: '1850000002' });
  far = await startSimulatedDevice({ pki, host: '127.0.1.3', port: near.port, serial: '1850000013' });
  const root = new X509Certificate(pki.root.certificatePem);
  trust = () => ({ rootCas: [{ root, intermediates: [] }], now: Date.now, knownPast: 0 });
  ranges = [FIRST, SECOND];
  told = [];
  listeners = [];
  service = new DeviceSearch({
    trust: () => trust(),
    ranges: () => ranges,
    onProgress: (progress) => {
      told.push(searchProgressSchema.parse(progress));
      for (const listener of listeners) listener(progress);
    },
  });
});
afterEach(async () => {
  await service.close();
  await Promise.all([near.stop(), far.stop()]);
});

const progressWhere = (matches: (progress: SearchProgress) => boolean) =>
  new Promise<SearchProgress>((resolve) => {
    listeners.push((progress) => {
      if (matches(progress)) resolve(progress);
    });
  });
const theEnd = () => progressWhere(({ finished }) => finished);
const start = (...cidrs: string[]) => service.start(String(near.port), cidrs);
const serialsIn = ({ found }: Pick<SearchProgress, 'found'>) =>
  found.map(({ identity }) => (identity.kind === 'serial' ? identity.serial : identity.host));

describe('DeviceSearch', () => {
  it('searches the ranges that were chosen and no other', async () => {
    const ended = theEnd();
    const { searchId } = start(FIRST.cidr);
    const end = await ended;
    expect(end).toMatchObject({ searchId, done: 14, total: 14, finished: true });
    expect(end.error).toBeUndefined();
    expect(serialsIn(end)).toEqual(['1850000002']);
    expect(far.connections).toEqual([]);
    expect(told[0]).toEqual({ searchId, done: 0, total: 14, found: [], finished: false });
    expect(told.filter(({ finished }) => finished)).toHaveLength(1);
  });

  it('searches several ranges in one go, each host once', async () => {
    const ended = theEnd();
    start(SECOND.cidr, FIRST.cidr, FIRST.cidr);
    const end = await ended;
    expect(end.total).toBe(28);
    expect(serialsIn(end)).toEqual(['1850000002', '1850000013']);
    expect(near.connections).toHaveLength(1);
  });

  it.each([
    ['a private network this computer is not in', ['10.0.0.0/24']],
    ['a wider range around an offered one', ['127.0.0.0/24']],
    ['a range within an offered one', ['127.0.0.0/29']],
    ['an offered one written differently', ['127.0.0.1/28']],
    ['a public address', ['8.8.8.0/24']],
    ['an offered one among others', [FIRST.cidr, '192.168.0.0/24']],
    ['no subnet at all', ['']],
  ])('refuses %s', (_what, cidrs) => {
    expect(codeOf(() => start(...cidrs))).toBe('invalid-request');
    expect(told).toEqual([]);
  });

  it('refuses a range that has gone meanwhile', () => {
    ranges = [FIRST];
    expect(codeOf(() => start(SECOND.cidr))).toBe('invalid-request');
  });

  it.each(['', '0', '65536', '84a3', '8443 8444'])('refuses the port %j', (port) => {
    expect(codeOf(() => service.start(port, [FIRST.cidr]))).toBe('address-port-invalid');
  });

  it('refuses without a Root CA, and can be started once there is one', async () => {
    const trusted = trust;
    trust = () => {
      throw failure('root-ca-missing');
    };
    expect(codeOf(() => start(FIRST.cidr))).toBe('root-ca-missing');
    trust = trusted;
    const ended = theEnd();
    start(FIRST.cidr);
    expect(serialsIn(await ended)).toHaveLength(1);
  });

  it('runs one at a time, and the next one right when it has ended', async () => {
    const ended = theEnd();
    start(FIRST.cidr);
    expect(codeOf(() => start(SECOND.cidr))).toBe('busy');
    // From within the very news that it has ended.
    listeners.push(({ finished, searchId }) => {
      if (finished && searchId === told[0]?.searchId) start(SECOND.cidr);
    });
    const second = progressWhere(
      ({ finished, total, found }) => finished && total === 14 && found[0]?.address.host === far.host,
    );
    await ended;
    expect(serialsIn(await second)).toEqual(['1850000013']);
  });

  it('is cancelled by its id alone, and tells what was found until then', async () => {
    const silent = await startSimulatedDevice({ pki, host: '127.0.0.5', port: near.port, fault: 'silence' });
    const foundOne = progressWhere(({ found }) => found.length === 1);
    const ended = theEnd();
    const { searchId } = start(FIRST.cidr);
    await foundOne;
    service.cancel('00000000-0000-4000-8000-000000000000');
    expect(told.some(({ finished }) => finished)).toBe(false);
    service.cancel(searchId);
    const end = await ended;
    expect(end).toMatchObject({ searchId, total: 14, error: { code: 'cancelled' } });
    expect(serialsIn(end)).toEqual(['1850000002']);
    expect(end.done).toBeLessThan(14);
    await silent.stop();
    // What has ended cannot be cancelled any more, and a late wish does not hit the next one.
    const next = theEnd();
    start(SECOND.cidr);
    service.cancel(searchId);
    expect((await next).error).toBeUndefined();
  });

  it('close ends a running search and waits for it', async () => {
    const silent = await startSimulatedDevice({ pki, host: '127.0.0.5', port: near.port, fault: 'silence' });
    start(FIRST.cidr);
    await service.close();
    expect(told.at(-1)).toMatchObject({ finished: true, error: { code: 'cancelled' } });
    await service.close();
    await silent.stop();
  });

  it('searches all ranges for the monitor, also while the user searches', async () => {
    const ended = theEnd();
    start(FIRST.cidr);
    const found = await service.search(near.port, new AbortController().signal);
    expect(serialsIn({ found: [...found] })).toEqual(['1850000002', '1850000013']);
    expect((await ended).error).toBeUndefined();
    await expect(service.search(near.port, AbortSignal.abort())).rejects.toThrow('cancelled');
  });
});
