import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkConnection } from '../../electron/core/pairing/check-connection.ts';
import type { ErrorCode, Stage } from '../../shared/errors.ts';
import type { Transport } from '../../shared/inputs.ts';
import { ANSWER_FORMAT_NAMES } from '../simulator/answers.ts';
import {
  type AnswerFormat,
  createVendorPki,
  type Fault,
  type SimulatedDevice,
  type VendorPki,
} from '../simulator/device.ts';
import { FAULT_NAMES } from '../simulator/faults.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

const TRANSPORTS: readonly Transport[] = ['wss', 'https'];
let pki: VendorPki;
let device: SimulatedDevice;

beforeAll(async () => {
  pki = await createVendorPki();
});
beforeEach(async () => {
  device = await startSimulatedDevice({ pki });
});
afterEach(() => device.stop());

describe.each(TRANSPORTS)('pairing over %s', (transport) => {
  it('ends with stored credentials and a proved mTLS connection', async () => {
    const register = testRegister(device.rootCaPem);
    const { code } = device;
    const { result, last, asked } = await register.pair(device, transport, { posId: '123' });
    expect(result).toMatchObject({
      ok: true,
      value: {
        posId: '123',
        proved: true,
        identity: { kind: 'serial', serial: device.serial },
        clientCertificate: { subject: 'CN=123' },
        lastCheck: { result: 'mtls', tlsVersion: 'TLSv1.3' },
      },
    });
    expect(asked).toMatchObject([{ kind: 'serial', serial: device.serial }]);
    expect(last?.stages.map(({ state }) => state)).toEqual(Array(7).fill('done'));
    expect(last?.outcome?.kind).toBe('paired');
    expect(device.screen).toBe('POS Activation Successful');
    expect(device.received[0]?.json).toEqual({ posId: '123', setupCode: code });
    expect(register.vault.pairings).toHaveLength(1);
    const [stored] = register.documents.files.values();
    expect(JSON.stringify([...register.documents.files])).not.toContain('PRIVATE KEY');
    expect(stored).toBeDefined();
    // Proved for real: the issued certificate was presented, and a stranger's was turned away.
    const presented = device.connections.map(({ clientSubject, refused }) => [
      clientSubject,
      refused !== null,
    ]);
    expect(presented).toContainEqual([expect.stringContaining('123'), false]);
    expect(presented).toContainEqual([expect.stringContaining('self-test'), true]);
  });

  it.each(ANSWER_FORMAT_NAMES)('accepts the answer as %s', async (answerFormat: AnswerFormat) => {
    device.configure({ answerFormat });
    const { result } = await testRegister(device.rootCaPem).pair(device, transport);
    expect(result).toMatchObject({ ok: true, value: { lastCheck: { result: 'mtls' } } });
  });

  it('accepts a client certificate under the Root CA itself, and EC keys', async () => {
    device.configure({ clientIssuer: 'vendor-root', clientKey: 'ec-p256' });
    const { result } = await testRegister(device.rootCaPem).pair(device, transport);
    expect(result).toMatchObject({
      ok: true,
      value: {
        clientCertificate: { key: 'EC P-256' },
        clientIssuer: { fingerprint256: pki.root.certificate.fingerprint256 },
      },
    });
  });

  it('asks nothing when the serial was typed beforehand', async () => {
    const { result, asked } = await testRegister(device.rootCaPem).pair(device, transport, {
      serial: `${device.serial}.cybs.seclib.io`,
    });
    expect(result.ok).toBe(true);
    expect(asked).toEqual([]);
  });

  it('says "TLS only" when the device lets a stranger in as well', async () => {
    device.setFault('tls-only');
    const { result } = await testRegister(device.rootCaPem).pair(device, transport);
    expect(result).toMatchObject({ ok: true, value: { proved: true, lastCheck: { result: 'tls-only' } } });
  });

  it('identifies a device without a serial by the address its certificate names', async () => {
    device.setFault('ip-san');
    const { result, asked } = await testRegister(device.rootCaPem).pair(device, transport);
    expect(asked).toMatchObject([{ kind: 'address', host: '127.0.0.1' }]);
    expect(result).toMatchObject({ ok: true, value: { identity: { kind: 'address', host: '127.0.0.1' } } });
  });

  interface FaultCase {
    readonly code: ErrorCode;
    readonly stage: Stage;
    /** Whether the setup code may have reached the device by then. */
    readonly codeSent: boolean;
    /** Whether the new credentials wait for a later proof. */
    readonly kept?: boolean;
    readonly timing?: Parameters<typeof testRegister>[1];
  }
  const withoutCode = (code: ErrorCode, stage: Stage, timing = {}): FaultCase => ({
    code,
    stage,
    codeSent: false,
    timing,
  });
  const withCode = (code: ErrorCode, stage: Stage, timing = {}): FaultCase => ({
    code,
    stage,
    codeSent: true,
    timing,
  });
  /** Turned away without an explicit word about the certificate. */
  const butKept = (code: ErrorCode): FaultCase => ({ code, stage: 'prove', codeSent: true, kept: true });
  /** One entry for each fault that ends a pairing; the others have tests of their own. */
  const FAILURES: Partial<Record<Fault, FaultCase>> = {
    'wrong-issuer': withoutCode('device-issuer-unknown', 'verify'),
    'self-signed': withoutCode('device-issuer-unknown', 'verify'),
    'leaf-only': withoutCode('device-issuer-unknown', 'verify'),
    expired: withoutCode('device-certificate-expired', 'verify'),
    'not-yet-valid': withoutCode('device-certificate-not-yet-valid', 'verify'),
    'no-server-auth-eku': withoutCode('device-certificate-purpose', 'verify'),
    'no-identity': withoutCode('device-identity-missing', 'verify'),
    'swap-certificate-after-first-connection': withoutCode('serial-mismatch', 'send'),
    'tls-1.1': withoutCode('tls-too-old', 'reach'),
    'demands-certificate': withoutCode('device-demands-certificate', 'reach'),
    'demands-certificate-tls-1.2': withoutCode('device-demands-certificate', 'reach'),
    'plain-http': withoutCode('plain-http', 'reach'),
    garbage: withoutCode('not-tls', 'reach'),
    silence: withoutCode('timed-out', 'reach', { connectMs: 300 }),
    'silence-after-request': withCode('timed-out', 'send', { answerMs: 300 }),
    'close-after-request': withCode('no-answer', 'send'),
    'mid-answer-close': withCode('no-answer', 'send'),
    'http-500': withCode('http-status', 'send'),
    'http-404-html': withCode('http-status', 'send'),
    'error-response': withCode('device-error', 'send'),
    'pos-id-in-use': withCode('pos-id-in-use', 'send'),
    oversized: withCode('answer-too-large', 'send'),
    // Over WSS the answer might still come: the wait for it goes on.
    malformed: withCode('answer-malformed', 'check', { answerMs: 300 }),
    // Key and certificate are there, so the device is asked; what it needs besides them is missing.
    'malformed-json': withCode('answer-malformed', 'prove'),
    'two-keys': withCode('credentials-several-keys', 'check'),
    'no-key': withCode('credentials-key-missing', 'check'),
    'mismatched-key': withCode('credentials-key-mismatch', 'check'),
    'weak-key': withCode('credentials-weak-key', 'check'),
    'weak-ec-key': withCode('credentials-weak-key', 'check'),
    // What the device does not accept from itself; the notes of the check say why.
    'expired-client-cert': withCode('credentials-expired', 'prove'),
    'future-client-cert': withCode('credentials-not-yet-valid', 'prove'),
    'client-cert-no-client-auth': withCode('credentials-purpose', 'prove'),
    'unrelated-client-issuer': withCode('credentials-issuer-unknown', 'prove'),
    'no-client-cert': withCode('credentials-certificate-missing', 'check'),
    'mtls-refused': butKept('connection-lost'),
    'mtls-refused-alert': withCode('mtls-refused', 'prove'),
    'mtls-refused-http-403': butKept('certificate-or-channel-refused'),
  };
  const ELSEWHERE: readonly Fault[] = [
    'none',
    'other-serial',
    'ip-san',
    'tls-only',
    'status-messages',
    'slow-status',
  ];

  it('knows every fault of the simulated device', () => {
    expect([...Object.keys(FAILURES), ...ELSEWHERE].sort()).toEqual([...FAULT_NAMES].sort());
  });

  it.each(Object.entries(FAILURES) as [Fault, FaultCase][])(
    'reports the fault "%s"',
    async (fault, expected) => {
      device.setFault(fault);
      const { code: setupCode } = device;
      const { kept = false } = expected;
      const register = testRegister(device.rootCaPem, expected.timing);
      const { result, last, progress } = await register.pair(device, transport);
      // Over WSS an HTTP error answers the upgrade already, before any message could be sent.
      const refusedAtUpgrade = transport === 'wss' && expected.code === 'http-status';
      const code = refusedAtUpgrade ? 'upgrade-refused' : expected.code;
      if (kept) {
        // No word against the certificate: it waits for the device, and nothing has failed.
        expect(last?.outcome).toMatchObject({ kind: 'waiting', pairing: { proved: false } });
        expect(progress.findLast(({ waiting }) => waiting)?.waiting?.error?.code).toBe(code);
      } else {
        expect(result).toMatchObject({ ok: false, error: { code, stage: expected.stage } });
        expect(last?.outcome).toMatchObject({ kind: 'failed', credentialsKept: false });
        expect(last?.stages.find(({ state }) => state === 'failed')?.stage).toBe(expected.stage);
      }
      expect(register.vault.pairings).toHaveLength(kept ? 1 : 0);
      expect(register.documents.files.size).toBe(kept ? 2 : 1);
      expect(device.hasReceived(setupCode)).toBe(expected.codeSent && !refusedAtUpgrade);
      expect(JSON.stringify([result, last])).not.toContain(setupCode);
      expect(JSON.stringify([result, last])).not.toMatch(/-----BEGIN/);
    },
  );

  it('never sends the code to a device that a search found, before somebody has confirmed it', async () => {
    // Another merchant's device, of the same vendor and so under the same Root CA.
    const stranger = await startSimulatedDevice({ pki, serial: '1850077777' });
    const register = testRegister(device.rootCaPem);
    const found = { serial: stranger.serial, serialSource: 'found' } as const;
    const { code } = stranger;
    const declined = await register.pair(stranger, transport, { ...found, confirm: () => false });
    expect(declined.asked).toMatchObject([{ serial: stranger.serial }]);
    expect(declined.result).toMatchObject({ ok: false, error: { code: 'identity-rejected' } });
    expect(stranger.hasReceived(code)).toBe(false);
    // What was found still binds.
    stranger.setFault('other-serial');
    const swapped = await register.pair(stranger, transport, found);
    expect(swapped.asked).toEqual([]);
    expect(swapped.result).toMatchObject({ ok: false, error: { code: 'serial-mismatch' } });
    expect(stranger.hasReceived(code)).toBe(false);
    await stranger.stop();
  });

  it('never sends the code to a device with another serial than the typed one', async () => {
    device.setFault('other-serial');
    const register = testRegister(device.rootCaPem);
    const { result } = await register.pair(device, transport, { serial: device.serial });
    expect(result).toMatchObject({ ok: false, error: { code: 'serial-mismatch', stage: 'identify' } });
    expect(device.hasReceived(device.code)).toBe(false);
    expect(device.received).toEqual([]);
  });

  it('never sends the code when the user says it is another device', async () => {
    const { result } = await testRegister(device.rootCaPem).pair(device, transport, { confirm: () => false });
    expect(result).toMatchObject({ ok: false, error: { code: 'identity-rejected', stage: 'identify' } });
    expect(device.received).toEqual([]);
  });

  it('reports a wrong, an expired and a used code', async () => {
    const register = testRegister(device.rootCaPem);
    const wrong = await register.pair(device, transport, { code: 'AAAA1111' });
    expect(wrong.result).toMatchObject({ ok: false, error: { code: 'code-rejected', stage: 'send' } });
    const { code } = device;
    device.rotateCode();
    const expired = await register.pair(device, transport, { code });
    expect(expired.result).toMatchObject({ ok: false, error: { code: 'code-rejected' } });
    const first = await register.pair(device, transport);
    expect(first.result.ok).toBe(true);
    const used = await register.pair(device, transport, { posId: 'POS-2' });
    expect(used.result).toMatchObject({ ok: false, error: { code: 'code-rejected' } });
    expect(register.vault.pairings).toHaveLength(1);
  });

  it.each([401, 403, 409, 500, 418] as const)('reports a refusal by bare HTTP status %i', async (status) => {
    device.configure({ errorAnswer: { status, body: 'none' } });
    const { result } = await testRegister(device.rootCaPem).pair(device, transport, { code: 'AAAA1111' });
    const overHttps: ErrorCode =
      status === 409 ? 'pos-id-in-use' : status === 401 || status === 403 ? 'code-rejected' : 'http-status';
    // Over WSS there is no status after the upgrade: the device just closes.
    expect(result).toMatchObject({
      ok: false,
      error: { code: transport === 'https' ? overHttps : 'no-answer' },
    });
  });

  it.each([
    ['reach', 'silence', false],
    ['identify', 'none', false],
    ['send', 'silence-after-request', false],
  ] as const)('can be cancelled in stage %s', async (stage, fault, credentialsKept) => {
    device.setFault(fault);
    const cancel = new AbortController();
    const { result, last } = await testRegister(device.rootCaPem).pair(device, transport, {
      signal: cancel.signal,
      confirm: () => stage !== 'identify' || new Promise<boolean>(() => {}),
      onProgress: ({ stages, outcome }) => {
        const state = stages.find((entry) => entry.stage === stage)?.state;
        if (outcome || state !== (stage === 'identify' ? 'needs-you' : 'running')) return;
        device.setFault(fault);
        setTimeout(() => cancel.abort(), 50);
      },
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'cancelled', stage } });
    expect(last?.outcome).toMatchObject({ credentialsKept });
  });

  it('keeps credentials whose proof failed for lack of a network, and proves them later', async () => {
    const register = testRegister(device.rootCaPem);
    const { result, last } = await register.pair(device, transport, {
      onProgress: ({ stages, outcome }) => {
        if (!outcome && stages.find(({ stage }) => stage === 'store')?.state === 'running')
          void device.stop();
      },
    });
    expect(result).toMatchObject({ ok: true, value: { proved: false } });
    expect(last?.outcome).toMatchObject({ kind: 'waiting' });
    const [kept] = register.vault.pairings;
    expect(kept?.proved).toBe(false);
    await device.restart();
    const { pairing: checked } = await checkConnection(
      kept?.id ?? '',
      'full',
      register.context,
      new AbortController().signal,
    );
    expect(checked).toMatchObject({ proved: true, lastCheck: { result: 'mtls' } });
  });

  it('replaces the old credentials only after the new ones are proved', async () => {
    const register = testRegister(device.rootCaPem);
    const first = await register.pair(device, transport);
    const id = first.result.ok ? first.result.value.id : '';
    const before = await register.vault.credentials(id);
    for (const fault of ['mismatched-key', 'mtls-refused-alert'] as const) {
      device.rotateCode();
      device.setFault(fault);
      const failed = await register.pair(device, transport, { replaces: id });
      expect(failed.result.ok).toBe(false);
      expect(await register.vault.credentials(id)).toEqual(before);
    }
    device.setFault('none');
    device.rotateCode();
    const again = await register.pair(device, transport, { replaces: id });
    expect(again.result).toMatchObject({ ok: true, value: { id, proved: true } });
    expect(again.asked).toEqual([]);
    expect(await register.vault.credentials(id)).toHaveLength(1);
    expect((await register.vault.credentials(id))[0]?.credentials).not.toEqual(before[0]?.credentials);
  });
});

describe('pairing', () => {
  it('shows OperationStatusResponse messages as progress', async () => {
    device.setFault('status-messages');
    const { result, progress } = await testRegister(device.rootCaPem).pair(device, 'wss');
    expect(result.ok).toBe(true);
    const messages = new Set(progress.flatMap(({ deviceMessage }) => deviceMessage ?? []));
    expect(messages.size).toBe(2);
  });

  it('reports an address nobody listens on, and a name nobody knows', async () => {
    const register = testRegister(device.rootCaPem);
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const bound = closed.address();
    const port = typeof bound === 'object' && bound ? bound.port : 0;
    await new Promise((resolve) => closed.close(resolve));
    const refused = await register.pair(device, 'wss', { address: `127.0.0.1:${port}` });
    expect(refused.result).toMatchObject({
      ok: false,
      error: { code: 'connection-refused', stage: 'reach' },
    });
    const unknown = await register.pair(device, 'wss', { address: 'no-such-device.invalid' });
    expect(unknown.result).toMatchObject({ ok: false, error: { code: 'name-not-found', stage: 'reach' } });
  });

  it('does not even connect without a Root CA or without a place for secrets', async () => {
    const register = testRegister(device.rootCaPem);
    register.cipher.available = false;
    const { result } = await register.pair(device, 'wss');
    expect(result).toMatchObject({ ok: false, error: { code: 'storage-unavailable', stage: 'store' } });
    expect(device.connections).toEqual([]);
  });

  it('keeps nothing when the disk is full, and says so', async () => {
    const register = testRegister(device.rootCaPem);
    register.documents.failWrites = true;
    const { result, last } = await register.pair(device, 'wss');
    expect(result).toMatchObject({ ok: false, error: { code: 'storage-failed', stage: 'store' } });
    expect(last?.outcome).toMatchObject({ credentialsKept: false });
    expect(register.vault.pairings).toEqual([]);
  });

  it('refuses a POS ID twice with the same device, and accepts it with another', async () => {
    const register = testRegister(device.rootCaPem);
    await register.pair(device, 'wss');
    device.rotateCode();
    const before = device.received.length;
    const twice = await register.pair(device, 'wss');
    expect(twice.result).toMatchObject({ ok: false, error: { code: 'pos-id-duplicate', stage: 'identify' } });
    expect(device.received).toHaveLength(before);
    const other = await startSimulatedDevice({ pki, serial: '1850099999' });
    const { result } = await register.pair(other, 'wss');
    expect(result.ok).toBe(true);
    await other.stop();
  });

  it('does not accept another device in place of the one that is paired again', async () => {
    const register = testRegister(device.rootCaPem);
    const first = await register.pair(device, 'wss');
    const other = await startSimulatedDevice({ pki, serial: '1850099999' });
    const { result } = await register.pair(other, 'wss', {
      replaces: first.result.ok ? first.result.value.id : null,
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'serial-mismatch', stage: 'identify' } });
    expect(other.received).toEqual([]);
    await other.stop();
  });

  it('hints at the clock when the device certificate is "not valid yet" for a clock that is behind', async () => {
    const register = testRegister(device.rootCaPem);
    register.setClock(() => Date.now() - 40 * 86_400_000);
    const { result } = await register.pair(device, 'wss');
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: 'device-certificate-not-yet-valid',
        clockSuspect: true,
        params: { date: expect.any(String) },
      },
    });
    expect(device.hasReceived(device.code)).toBe(false);
  });

  it('trusts no certificate of the system store', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-system-store-'));
    const systemRoot = join(folder, 'system-root.pem');
    const merchantRoot = join(folder, 'merchant-root.pem');
    writeFileSync(systemRoot, device.rootCaPem);
    writeFileSync(merchantRoot, (await createVendorPki()).root.certificatePem);
    // Node reads additions to its store only when it starts.
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'tests/support/verdicts.ts', String(device.port), merchantRoot, systemRoot],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: systemRoot } },
    );
    rmSync(folder, { recursive: true });
    expect(JSON.parse(stdout)).toEqual({
      nodeItself: 'ok',
      underMerchantRoot: 'device-issuer-unknown',
      underItsOwnRoot: 'ok',
    });
  });
});

describe('checkConnection', () => {
  const check = async (register: ReturnType<typeof testRegister>, id: string) =>
    (await checkConnection(id, 'full', register.context, new AbortController().signal)).pairing;

  it('follows what the device does, and keeps the outcome with the pairing', async () => {
    const register = testRegister(device.rootCaPem);
    const paired = await register.pair(device, 'wss');
    const id = paired.result.ok ? paired.result.value.id : '';
    expect((await check(register, id)).lastCheck).toMatchObject({ result: 'mtls' });

    device.revoke('POS-1');
    expect((await check(register, id)).lastCheck).toMatchObject({
      result: 'failed',
      error: { code: 'mtls-refused' },
    });
    expect(await register.vault.credentials(id)).toHaveLength(1);

    device.setFault('other-serial');
    expect((await check(register, id)).lastCheck).toMatchObject({ error: { code: 'serial-mismatch' } });
    await device.stop();
    expect((await check(register, id)).lastCheck).toMatchObject({ error: { code: 'connection-refused' } });
    expect(register.reopen().find(id)?.lastCheck).toMatchObject({ error: { code: 'connection-refused' } });
  });

  it('accepts a new certificate of the same serial after a restart of the device', async () => {
    const register = testRegister(device.rootCaPem);
    const paired = await register.pair(device, 'https');
    const id = paired.result.ok ? paired.result.value.id : '';
    await device.restart({ newCertificate: true });
    const checked = await check(register, id);
    expect(checked.lastCheck).toMatchObject({ result: 'mtls' });
    expect(checked.deviceCertificate.fingerprint256).toBe(device.certificateFingerprint);
  });
});
