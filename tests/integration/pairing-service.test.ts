import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptEnd } from '../../electron/core/news.ts';
import { PairingService } from '../../electron/core/pairing/pairing-service.ts';
import { RootCaImport } from '../../electron/core/root-ca/root-ca-import.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import type { PairingProgress } from '../../shared/pairing.ts';
import { createVendorPki, type SimulatedDevice } from '../simulator/device.ts';
import { codeOf } from '../support/failure-code.ts';
import { EVERYBODY } from '../support/manager.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

let device: SimulatedDevice;
let pushed: PairingProgress[];
let ended: AttemptEnd[];
let register: ReturnType<typeof testRegister>;
let service: PairingService;

beforeEach(async () => {
  device = await startSimulatedDevice();
  pushed = [];
  ended = [];
  register = testRegister(device.rootCaPem);
  service = new PairingService({
    authorize: EVERYBODY,
    context: register.context,
    tell: (news) => {
      if (news.type === 'pairing-ended') ended.push(news.end);
      if (news.type !== 'pairing-progress') return;
      const { progress } = news;
      pushed.push(progress);
      waiting = waiting.filter((resolveIfDone) => !resolveIfDone(progress));
    },
    onStored: () => {},
  });
});
afterEach(async () => {
  await service.close();
  await device.stop();
});

let waiting: ((progress: PairingProgress) => boolean)[] = [];
const nextProgress = (matches: (progress: PairingProgress) => boolean): Promise<PairingProgress> =>
  new Promise((resolve) => {
    waiting.push((progress) => {
      if (matches(progress)) resolve(progress);
      return matches(progress);
    });
  });
const question = () => nextProgress(({ identityQuestion }) => identityQuestion !== undefined);
const outcome = () => nextProgress((progress) => progress.outcome !== undefined);

const request = (change: Partial<PairingRequest> = {}): PairingRequest => ({
  address: device.addresses.wss,
  transport: 'wss',
  code: device.code,
  posId: 'POS-1',
  serial: '',
  serialSource: 'typed',
  replaces: null,
  allowSwap: false,
  ...change,
});

describe('PairingService', () => {
  it.each(['now', 'later'] as const)(
    'does not wait for an answer of a page that is gone (%s)',
    async (when) => {
      const asked = question();
      service.start(request());
      if (when === 'now') await asked;
      const done = outcome();
      service.pageGone();
      expect(await done).toMatchObject({ outcome: { kind: 'failed', error: { code: 'cancelled' } } });
      await service.close();
      expect(device.received).toEqual([]);
      const again = question();
      service.start(request());
      await again;
    },
  );

  it('pairs, asking the user through pushes', async () => {
    const asked = question();
    const { attemptId } = service.start(request());
    await asked;
    const done = outcome();
    service.answerIdentity(attemptId, true);
    expect(await done).toMatchObject({ attemptId, outcome: { kind: 'paired' } });
    await service.close();
    expect(ended).toMatchObject([{ posId: 'POS-1', result: { ok: true }, stored: { posId: 'POS-1' } }]);
    expect(codeOf(() => service.answerIdentity(attemptId, true))).toBe('not-found');
    expect(JSON.stringify(pushed)).not.toContain(device.code);
    expect(JSON.stringify(pushed)).not.toContain('PRIVATE KEY');
  });

  it.each([
    ['address-insecure', { address: 'http://10.0.0.5' }],
    ['address-empty', { address: ' ' }],
    ['code-length', { code: '8QW1YS1' }],
    ['code-characters', { code: '8QW1YS1?' }],
    ['pos-id-empty', { posId: '' }],
    ['serial-invalid', { serial: 'a/b' }],
  ] as const)('answers %s before any connection', (code, change) => {
    expect(codeOf(() => service.start(request(change)))).toBe(code);
    expect(device.connections).toEqual([]);
    expect(pushed).toEqual([]);
  });

  it('runs one pairing at a time, and is free again after a cancelled one', async () => {
    const asked = question();
    const { attemptId } = service.start(request());
    expect(codeOf(() => service.start(request()))).toBe('busy');
    await asked;
    const done = outcome();
    service.cancel(attemptId);
    expect(await done).toMatchObject({ outcome: { kind: 'failed', error: { code: 'cancelled' } } });
    await Promise.resolve();
    expect(codeOf(() => service.start(request()))).toBe('ok');
  });

  it('starts none while the app ends: its code would be spent for nothing', async () => {
    await service.closeForGood();
    expect(codeOf(() => service.start(request()))).toBe('busy');
    expect(device.connections).toEqual([]);
  });
});

describe('RootCaImport', () => {
  const bytes = (pem: string) => new TextEncoder().encode(pem);

  it('trusts only what was shown, beside what is trusted already', async () => {
    const rootCaImport = new RootCaImport(register.context);
    const other = (await createVendorPki()).root;
    const own = device.pki.root.certificate.fingerprint256;
    const fingerprint = other.certificate.fingerprint256;
    expect(codeOf(() => rootCaImport.trust(fingerprint))).toBe('root-ca-changed');

    const preview = rootCaImport.preview(bytes(other.certificatePem + device.rootCaPem));
    expect(preview.candidates).toMatchObject([
      { root: { fingerprint256: fingerprint }, isTrusted: false },
      { root: { fingerprint256: own }, isTrusted: true },
    ]);
    expect(register.vault.rootCas).toHaveLength(1);
    expect(rootCaImport.trust(fingerprint).root.fingerprint256).toBe(fingerprint);
    expect(register.reopen().rootCas.map(({ root }) => root.fingerprint256)).toEqual([own, fingerprint]);
    rootCaImport.forget();
    expect(codeOf(() => rootCaImport.trust(fingerprint))).toBe('root-ca-changed');
  });

  it('forgets what was shown when the next file cannot be read', () => {
    const rootCaImport = new RootCaImport(register.context);
    const fingerprint =
      rootCaImport.preview(bytes(device.rootCaPem)).candidates[0]?.root.fingerprint256 ?? '';
    expect(codeOf(() => rootCaImport.preview(bytes('nonsense')))).toBe('root-ca-unreadable');
    expect(codeOf(() => rootCaImport.trust(fingerprint))).toBe('root-ca-changed');
  });
});
