import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DiagnosticLog, startDiagnosticLog } from '../../electron/adapters/diagnostic-log.ts';
import { zipTexts } from '../../electron/adapters/zip.ts';
import { hashToken } from '../../electron/core/bridge/token.ts';
import { createCore } from '../../electron/core/core.ts';
import { onDiagnosis } from '../../electron/core/diagnostics/diagnose.ts';
import type { DiagnosedEvent } from '../../electron/core/diagnostics/event.ts';
import { describeNetworks } from '../../electron/core/diagnostics/networks.ts';
import { buildSupportReport } from '../../electron/core/diagnostics/support-report.ts';
import type { AttemptEnd, News } from '../../electron/core/news.ts';
import type { Vault } from '../../electron/core/vault/vault.ts';
import { formatAuthority } from '../../shared/inputs.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import { pairingRecordSchema } from '../../shared/pairing.ts';
import type { Fault, SimulatedDevice } from '../simulator/device.ts';
import { createDeviceCertificate } from '../simulator/identity.ts';
import { pkcs8KeyPem, sharedKey } from '../simulator/keys.ts';
import { choice, till } from '../support/bridge-rig.ts';
import { CORE_PARTS, requestFor, trustAll } from '../support/core.ts';
import { startScriptedDevice } from '../support/scripted-device.ts';
import { piecesOfKey, piecesOfSealed, secretsIn, spellingsOf } from '../support/secrets.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';
import { MemoryCipher, MemoryDocuments } from '../support/vault.ts';

const HOME = join(tmpdir(), 'home-of-maria');
let folder: string;
let device: SimulatedDevice;
let documents: MemoryDocuments;
let core: ReturnType<typeof createCore>;
let log: DiagnosticLog;
let events: DiagnosedEvent[];
let stop: () => void;
let listeners: ((news: News) => void)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pos-report-'));
  device = await startSimulatedDevice();
  documents = new MemoryDocuments();
  listeners = [];
  events = [];
  stop = onDiagnosis((event) => events.push(event));
  log = startDiagnosticLog(join(folder, 'logs'));
  core = createCore({
    documents,
    historyFolder: join(folder, 'history'),
    cipher: new MemoryCipher(),
    ...CORE_PARTS,
    timing: { ...CORE_PARTS.timing, answerMs: 4_000 },
    tell: (news) => {
      for (const listener of listeners) listener(news);
    },
  });
  await trust(device.rootCaPem);
});
afterEach(async () => {
  await core.close();
  await device.stop();
  log.close();
  stop();
  rmSync(folder, { recursive: true, force: true });
});

const trust = (pem: string) => trustAll(core, pem);

async function pair(change: Partial<PairingRequest> = {}): Promise<AttemptEnd> {
  const ended = new Promise<AttemptEnd>((resolve) => {
    listeners.push((news) => {
      if (news.type === 'pairing-ended') resolve(news.end);
    });
  });
  core.pairing.start(requestFor(device, change));
  return ended;
}

/** The report as it is mailed: zipped, and taken apart again. By the names of its files, without their folder. */
async function report(): Promise<Record<string, string>> {
  const now = new Date();
  const files = await buildSupportReport({
    ...(await core.supportFacts()),
    now: now.getTime(),
    about: { app: '1.2.3', system: 'test', profile: join(HOME, 'pos') },
    networks: describeNetworks(),
    logs: log.read(),
    homeFolder: HOME,
  });
  return Object.fromEntries(
    Object.entries(unzipSync(zipTexts('report', files, now))).map(([name, bytes]) => [
      name.replace('report/', ''),
      strFromU8(bytes),
    ]),
  );
}

const written = () =>
  readdirSync(join(folder, 'logs'))
    .map((name) => readFileSync(join(folder, 'logs', name), 'utf8'))
    .join('');

const kindsSince = (from: number) => events.slice(from).map(({ kind }) => kind);
const of = <K extends DiagnosedEvent['kind']>(kind: K, from = 0) =>
  events.slice(from).filter((event): event is Extract<DiagnosedEvent, { kind: K }> => event.kind === kind);

describe('what is diagnosed', () => {
  it('a pairing over WSS: each stage, connection, size and end', async () => {
    const { stored } = await pair();
    const about = { device: new URL(device.addresses.https).host, serial: device.serial };
    expect(of('stage-ended').map(({ stage, outcome }) => [stage, outcome])).toEqual(
      ['reach', 'verify', 'identify', 'send', 'check', 'store', 'prove'].map((stage) => [stage, 'done']),
    );
    expect(of('stage-begun')).toHaveLength(7);
    const [first, second] = of('connect');
    // The first connection reads the certificate: nothing is known of the device yet.
    expect(first).toEqual({
      at: expect.any(String),
      kind: 'connect',
      connection: expect.any(Number),
      device: about.device,
      ms: expect.any(Number),
      certificate: false,
    });
    expect(of('verified')[0]).toMatchObject({ ...about, connection: first?.connection });
    const ofSecond = events.filter(
      (event) => 'connection' in event && event.connection === second?.connection,
    );
    expect(ofSecond.map(({ kind }) => kind)).toEqual([
      'connect',
      'handshake',
      'verified',
      'http-status',
      'ws-open',
      'ws-message',
      'ws-close',
      'closed',
    ]);
    for (const event of ofSecond) expect(event).toMatchObject(about);
    expect(ofSecond).toContainEqual(expect.objectContaining({ kind: 'http-status', status: 101 }));
    expect(ofSecond).toContainEqual(
      expect.objectContaining({ kind: 'handshake', tlsVersion: 'TLSv1.3', cipher: expect.any(String) }),
    );
    const [message] = of('ws-message');
    expect(message?.received).toBeGreaterThan(3_000);
    const closed = ofSecond.find((event) => event.kind === 'closed');
    expect(closed?.received).toBeGreaterThan(message?.received ?? 0);
    expect(closed?.sent).toBeGreaterThan(150);
    expect(of('pairing-ended')).toMatchObject([
      { pairingId: stored?.id, posId: 'POS-1', outcome: 'proved', stage: null },
    ]);
    expect(of('channel-taken')).toMatchObject([{ holder: 'pairing', serial: device.serial }]);
    expect(of('channel-let-go')).toHaveLength(1);
  });

  it('a pairing over HTTPS that the device turns down, with its status', async () => {
    await pair({ address: device.addresses.https, transport: 'https', code: 'AAAA1111' });
    expect(of('http-status')).toMatchObject([{ status: 400 }]);
    expect(of('stage-ended').at(-1)).toMatchObject({ stage: 'send', outcome: 'failed' });
    expect(of('pairing-ended')).toMatchObject([{ outcome: 'code-rejected', stage: 'send' }]);
  });

  it('checks, refusals with their alert, a device that is gone, and changes of state', async () => {
    const { stored } = await pair();
    const id = stored?.id ?? '';
    let from = events.length;
    await core.monitor.check(id);
    expect(kindsSince(from)).not.toContain('ws-open');
    await expect.poll(() => of('closed', from).at(-1)).toMatchObject({ sent: 0, received: 0 });
    expect(of('check', from)).toMatchObject([
      { pairingId: id, result: 'mtls', depth: 'quiet', ms: expect.any(Number), code: null },
    ]);
    from = events.length;
    await core.monitor.fullTest(id);
    expect(of('check', from)).toMatchObject([{ result: 'mtls', depth: 'full' }]);
    expect(kindsSince(from)).toContain('ws-open');
    // The stranger that is turned away.
    expect(of('alert', from).map(({ number }) => number)).toContain(46);

    from = events.length;
    device.setFault('mtls-refused-alert');
    await core.monitor.check(id);
    expect(of('alert', from).length).toBeGreaterThan(0);
    expect(of('check', from)).toMatchObject([{ result: 'failed', code: 'mtls-refused' }]);
    expect(of('status', from)).toMatchObject([{ pairingId: id, to: 'refused', code: 'mtls-refused' }]);

    from = events.length;
    await device.stop();
    await core.monitor.check(id);
    expect(of('refused', from)[0]).toMatchObject({
      code: 'connection-refused',
      detail: expect.stringContaining('ECONNREFUSED'),
      serial: device.serial,
    });
    expect(of('check', from)).toMatchObject([{ result: 'failed', code: 'connection-refused' }]);
    await core.removePairing(id);
    expect(of('pairing-removed')).toMatchObject([{ pairingId: id }]);
  });

  it('the close code of a channel that another program takes', async () => {
    const { stored } = await pair();
    const id = stored?.id ?? '';
    const opened = new Promise<void>((resolve) => {
      listeners.push((news) => {
        if (news.type === 'status-changed' && news.status.live) resolve();
      });
    });
    await core.monitor.setWatchLive(id, true);
    await core.monitor.check(id);
    await opened;
    const from = events.length;
    const closed = new Promise<void>((resolve) => {
      listeners.push((news) => {
        if (news.type === 'status-changed' && !news.status.live) resolve();
      });
    });
    device.dropConnections();
    await closed;
    await expect
      .poll(() => of('ws-close', from))
      .toMatchObject([{ code: 1006, reasonLength: 0, openMs: expect.any(Number), serial: device.serial }]);
  });

  it('never the device’s own words from a certificate', async () => {
    device.setFault('wrong-issuer');
    await pair();
    expect(of('refused')).toMatchObject([{ code: 'device-issuer-unknown', detail: '' }]);
  });
});

describe('the support report', () => {
  it('tells of a device that could not be paired, before anything else is there', async () => {
    const empty = await report();
    expect(JSON.parse(empty['last-failure.json'] ?? '')).toBeNull();
    expect(JSON.parse(empty['pairings.json'] ?? '')).toEqual([]);
    device.setFault('demands-certificate');
    const code = device.code;
    await pair({ serial: '', posId: 'Bar' });
    const files = await report();
    const failed = JSON.parse(files['last-failure.json'] ?? '') as Record<string, unknown>;
    expect(failed).toMatchObject({
      posId: 'Bar',
      error: { code: 'device-demands-certificate' },
      startedAt: expect.any(String),
      endedAt: expect.any(String),
    });
    expect(failed['events']).toContainEqual(
      expect.objectContaining({ kind: 'connect', device: new URL(device.addresses.https).host }),
    );
    expect(failed['stages']).toContainEqual(expect.objectContaining({ state: 'failed' }));
    expect(JSON.stringify(files)).not.toContain(code);
    expect(files['log/connections.jsonl']).toContain('device-demands-certificate');
  });

  it('holds what support needs of a paired device, and opens as JSON', async () => {
    const { stored } = await pair();
    const id = stored?.id ?? '';
    core.renamePairing(id, 'Bar');
    await core.monitor.check(id);
    const files = await report();
    expect(Object.keys(files).sort()).toEqual([
      'README.txt',
      'about.json',
      'bridges.json',
      'history.json',
      'last-failure.json',
      'log/connections.jsonl',
      'networks.json',
      'notices.json',
      'pairings.json',
      'policy.json',
      'root-cas.json',
      'settings.json',
      'timeline.json',
    ]);
    const [pairing] = JSON.parse(files['pairings.json'] ?? '') as { status: unknown; pending: unknown }[];
    expect(pairing).toMatchObject({
      id,
      name: 'Bar',
      posId: 'POS-1',
      identity: { serial: device.serial },
      status: { state: 'connected' },
      pending: null,
    });
    expect(pairingRecordSchema.parse(pairing)).toEqual(core.vault.find(id));
    expect(JSON.parse(files['history.json'] ?? '')).toEqual(core.history.all());
    expect(JSON.parse(files['timeline.json'] ?? '')).toMatchObject({ [id]: { timesAway: 0 } });
    expect(JSON.parse(files['root-cas.json'] ?? '')).toMatchObject([
      { root: { fingerprint256: core.vault.rootCas[0]?.root.fingerprint256 } },
    ]);
    expect(JSON.parse(files['about.json'] ?? '')).toMatchObject({ app: '1.2.3', profile: join('~', 'pos') });
    // The network's hardware addresses.
    expect(files['networks.json']).not.toMatch(/([0-9a-f]{2}:){5}[0-9a-f]{2}/i);
    for (const line of (files['log/connections.jsonl'] ?? '').trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ at: expect.any(String), kind: expect.any(String) });
  });

  it('and the log tell of a bridge: who was there, what it carried, and how that ended', async () => {
    const { stored } = await pair();
    const id = stored?.id ?? '';
    expect(JSON.parse((await report())['bridges.json'] ?? '')).toEqual({});
    const origins = 'https://till.example';
    const { token } = await core.bridges.configure(id, choice({ origins }));
    const port = core.bridges.view(id).settings.port ?? 0;
    const from = events.length;
    const one = till(port, token ?? '', { headers: { Origin: origins } });
    await one.opened();
    one.socket.send('{"type":"StatusRequest"}');
    await expect.poll(() => one.received.length).toBe(1);
    expect(JSON.parse((await report())['bridges.json'] ?? '')).toMatchObject({
      [id]: {
        state: 'busy',
        reason: { code: 'bridge-till-connected' },
        settings: { on: true, port, origins: [origins] },
        till: { origin: origins, connected: true, fromTill: 1, fromDevice: 1 },
        lastTill: null,
      },
    });
    device.dropConnections();
    const { code } = await one.ended;
    expect(code).toBe(4201);
    await expect.poll(() => core.bridges.view(id).state).not.toBe('busy');
    const bridge = JSON.parse((await report())['bridges.json'] ?? '')[id];
    expect(bridge).toMatchObject({ till: null, lastTill: { closeCode: code, fromTill: 1, fromDevice: 1 } });
    expect(bridge).not.toHaveProperty('hasToken');
    expect(of('bridge', from).map(({ till: there }) => there)).toContain('connected');
    expect(of('bridge-till-left', from)).toMatchObject([
      {
        pairingId: id,
        closeCode: code,
        fromTill: 1,
        fromDevice: 1,
        deviceCode: null,
        openMs: expect.any(Number),
      },
    ]);
    expect(of('bridge-switched')).toMatchObject([{ pairingId: id, on: true }]);
  });

  it('and the log hold no secret that the app has ever held', async () => {
    const codes: string[] = [];
    const attempt = async (change: Partial<PairingRequest> = {}, fault: Fault = 'none') => {
      device.setFault(fault);
      device.rotateCode();
      codes.push(change.code ?? device.code);
      return pair({ code: device.code, ...change });
    };
    const { stored } = await attempt();
    const id = stored?.id ?? '';
    await attempt({ posId: 'POS-2', address: device.addresses.https, transport: 'https' });
    for (const fault of [
      'error-response',
      'http-500',
      'mid-answer-close',
      'malformed-json',
      'mismatched-key',
      'two-keys',
      'oversized',
      'mtls-refused-http-403',
      'mtls-refused-alert',
      'silence-after-request',
      'wrong-issuer',
    ] as const)
      await attempt({ posId: `POS-${fault}` }, fault);
    await attempt({ code: 'WRNG2345' });
    // A device that tells all it knows, wherever somebody might quote it.
    const told = pkcs8KeyPem((await sharedKey('told by a device')).privateKey);
    const bare = told.replace(/-----[^-]+-----|\s/g, '');
    const certificate = await createDeviceCertificate(device.pki, {
      serial: device.serial,
      brand: 'cybs',
    });
    for (const words of [
      told,
      bare,
      Buffer.from(bare, 'base64').toString('hex'),
      JSON.stringify({ key: told }),
    ]) {
      const talkative = await startScriptedDevice(
        certificate,
        device.pki.intermediate.certificatePem,
        (socket, request) => {
          const body = `${request.split('\r\n\r\n')[1]} ${words}`;
          socket.end(
            `HTTP/1.1 500 ${words.slice(30, 90)}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
          );
        },
      );
      const end = await attempt({
        posId: 'POS-talkative',
        address: `https://${formatAuthority(talkative.address)}`,
        transport: 'https',
      });
      expect(end.result).toMatchObject({ ok: false, error: { code: 'http-status' } });
      await talkative.stop();
    }
    device.setFault('none');
    const tokens: string[] = [];
    const { token } = await core.bridges.configure(id, choice());
    tokens.push(token ?? '');
    const port = core.bridges.view(id).settings.port ?? 0;
    const one = till(port, tokens[0] ?? '');
    await one.opened();
    one.socket.send(tokens[0] ?? '');
    tokens.push((await core.bridges.replaceToken(id)).token);
    await one.ended;
    // Five wrong ones lock.
    for (let count = 0; count < 5; count += 1) await till(port, tokens[0] ?? '').ended;
    expect(core.bridges.view(id).lockedUntil).not.toBeNull();
    await core.monitor.check(id);
    await core.monitor.fullTest(id);
    await device.stop();
    await core.monitor.check(id);

    const stores = [...documents.files.values()].join('\n');
    const keys = (
      await Promise.all(core.vault.pairings.map((each) => (core.vault as Vault).credentials(each.id)))
    )
      .flat()
      .flatMap(({ credentials }) => (credentials ? [credentials.privateKeyPem] : []));
    expect(keys.length).toBeGreaterThanOrEqual(3);
    const sealed = [...stores.matchAll(/"sealed":"([^"]+)"/g)].map(([, text = '']) => text);
    expect(sealed.length).toBeGreaterThanOrEqual(3);
    const secrets = [
      ...codes.flatMap(spellingsOf),
      ...[...keys, told].flatMap(piecesOfKey),
      ...sealed.flatMap(piecesOfSealed),
      ...tokens.flatMap((each) => [...piecesOfSealed(each), ...piecesOfSealed(hashToken(each))]),
    ];
    expect(tokens.map((each) => each.length)).toEqual([43, 43]);
    expect(stores).toContain(hashToken(tokens[1] ?? ''));
    // The search finds what it looks for where that is.
    expect(secretsIn(stores, secrets).length).toBeGreaterThan(10);
    expect(secretsIn(keys.join(), secrets).length).toBeGreaterThan(10);

    const files = await report();
    for (const [name, text] of Object.entries(files))
      expect([name, secretsIn(text, secrets)]).toEqual([name, []]);
    expect(secretsIn(written(), secrets)).toEqual([]);
    expect(written().split('\n').length).toBeGreaterThan(200);
  }, 120_000);
});
