import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openChannelSocket } from '../../electron/core/device/channel-socket.ts';
import { closeWebSocket } from '../../electron/core/device/web-socket.ts';
import { systemWorld } from '../../electron/core/doctor/world.ts';
import { currentTrust } from '../../electron/core/root-ca/trust.ts';
import { DOCTOR_CHECKS, type DoctorCheck, doctorResult, firstTrouble } from '../../shared/doctor.ts';
import { formatAuthority, type Transport } from '../../shared/inputs.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { createVendorPki, SECOND_CHANNEL_POLICY_NAMES, type SimulatedDevice } from '../simulator/device.ts';
import { createCa, issueCertificate } from '../simulator/pki.ts';
import { TEST_ACCOUNT } from '../support/account.ts';
import { doctorOf } from '../support/doctor.ts';
import { issuePair } from '../support/issued.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';
import { acceptChannel, startTlsServer } from '../support/tls-server.ts';

const GOOD: Record<DoctorCheck, string> = {
  networks: 'ok same-computer',
  'vpn-proxy': 'ok direct',
  name: 'not-run number',
  tcp: 'ok port-open',
  speaks: 'ok speaks-tls',
  'tls-versions': 'ok versions',
  chain: 'ok chain-ok',
  identity: 'ok identity-ok',
  clock: 'ok clock-plausible',
  account: 'ok keys-open',
  certificate: 'ok accepted',
  stranger: 'ok stranger-refused',
  websocket: 'ok websocket-open',
  application: 'ok app-answered',
  'round-trip': 'ok round-trips',
};

let device: SimulatedDevice;
let register: ReturnType<typeof testRegister>;
let ward: ReturnType<typeof doctorOf>;
let cleanUps: (() => Promise<unknown>)[];

beforeEach(async () => {
  device = await startSimulatedDevice();
  register = testRegister(device.rootCaPem, { connectMs: 1_500 });
  ward = doctorOf(register);
  cleanUps = [];
});
afterEach(async () => {
  await ward.close();
  await device.stop();
  for (const cleanUp of cleanUps) await cleanUp();
});

async function paired(transport: Transport = 'wss'): Promise<PairingRecord> {
  const { result } = await register.pair(device, transport);
  if (!result.ok) throw new Error(result.error.code);
  device.clearJournal();
  return result.value;
}

const whole = ({ id }: PairingRecord, takeChannel = false) =>
  ({ of: 'pairing', pairingId: id, takeChannel }) as const;
const stranger = (address = device.addresses.wss, serial = '') =>
  ({ of: 'address', address, serial }) as const;

/** What is left out behind a check that has failed. */
function behind(
  failing: DoctorCheck,
  word: string,
  stillMade: readonly DoctorCheck[] = [],
): Record<DoctorCheck, string> {
  const needs: Record<DoctorCheck, DoctorCheck | undefined> = {
    networks: undefined,
    'vpn-proxy': undefined,
    name: undefined,
    tcp: 'name',
    speaks: 'tcp',
    'tls-versions': 'speaks',
    chain: 'tls-versions',
    identity: 'chain',
    clock: 'speaks',
    account: undefined,
    certificate: 'identity',
    stranger: 'certificate',
    websocket: 'certificate',
    application: 'websocket',
    'round-trip': 'websocket',
  };
  const results: Record<DoctorCheck, string> = { ...GOOD, [failing]: word };
  for (const check of DOCTOR_CHECKS) {
    const need = needs[check];
    if (!need || stillMade.includes(check)) continue;
    if (results[need].startsWith('failed') || results[need].startsWith('not-run needs'))
      results[check] = `not-run needs ${need}`;
  }
  return results;
}

describe('a paired device', () => {
  it.each(['wss', 'https'] as const)('passes every check, in order, paired over %s', async (transport) => {
    const pairing = await paired(transport);
    const running: string[] = [];
    const { end, results } = await ward.examine(whole(pairing), ({ checks }) => {
      const now = checks.find(({ state }) => state === 'running');
      if (now && running.at(-1) !== now.check) running.push(now.check);
    });
    expect(results).toEqual(GOOD);
    expect(doctorResult(end)).toBe('ok');
    expect(end.checks.map(({ check }) => check)).toEqual(DOCTOR_CHECKS);
    // The clock is looked at last, once the device could have said what time it has.
    expect(running).toEqual([...DOCTOR_CHECKS.filter((check) => check !== 'clock'), 'clock']);
    expect(end.changed?.changes).toEqual([]);
    const tls = end.checks.find(({ check }) => check === 'tls-versions');
    expect(tls).toMatchObject({ told: { values: { versions: 'TLS 1.3, TLS 1.2' } } });
    expect(register.vault.find(pairing.id)).toMatchObject({
      lastCheck: { result: 'mtls', depth: 'full' },
      readiness: { result: 'answered', message: 'Ready' },
      lastSuccess: { version: '1.0.0', system: 'Test 1' },
    });
    expect(register.context.leases.size).toBe(0);
    if (device.channelOpen) await device.nextEvent('channel-closed');
    expect(device.channelOpen).toBe(false);
  });

  it('is reached through a router, or not at all', async () => {
    const world = systemWorld(async () => undefined);
    const elsewhere = {
      interfaceName: 'eth0',
      kind: 'cable',
      address: '10.0.0.5',
      cidr: '10.0.0.0/24',
    } as const;
    const routed = doctorOf(register, {
      world: { ...world, networks: () => [elsewhere], lookup: async () => ['192.168.1.67'] },
    });
    cleanUps.push(() => routed.close());
    // By its name it is said to be elsewhere; the system knows better and connects.
    const there = await routed.examine(stranger(`localhost:${device.port}`));
    expect(there.results).toMatchObject({ networks: 'ok routed', tcp: 'ok port-open' });
    await device.stop();
    const gone = await routed.examine(stranger(`localhost:${device.port}`));
    expect(gone.results).toMatchObject({
      networks: 'warning other-network',
      tcp: 'failed connection-refused',
    });
  });

  it('waits for no name server for ever', async () => {
    const stuck = doctorOf(register, {
      world: { ...systemWorld(async () => undefined), lookup: () => new Promise(() => {}) },
    });
    cleanUps.push(() => stuck.close());
    const { results } = await stuck.examine(stranger('a-name.example:8443'));
    expect(results.name).toBe('failed timed-out');
    expect(results.tcp).toBe('not-run needs name');
  });

  it('refuses connections', async () => {
    const pairing = await paired();
    await device.stop();
    const { results, end } = await ward.examine(whole(pairing));
    expect(results).toEqual(behind('tcp', 'failed connection-refused'));
    expect(doctorResult(end)).toBe('failed');
    // The device's page says so as well.
    await ward.watched.untilState(pairing.id, 'unreachable');
  });

  it('says nothing on its port', async () => {
    const pairing = await paired();
    device.setFault('silence');
    const { results } = await ward.examine(whole(pairing));
    expect(results).toEqual(behind('speaks', 'failed timed-out'));
  });

  it.each([
    ['plain-http', 'failed plain-http'],
    ['garbage', 'failed not-tls'],
  ] as const)('answers with %s', async (fault, word) => {
    const pairing = await paired();
    device.setFault(fault);
    const { results } = await ward.examine(whole(pairing));
    expect(results).toEqual(behind('speaks', word));
  });

  it('offers only outdated TLS', async () => {
    const pairing = await paired();
    device.setFault('tls-1.1');
    const { results } = await ward.examine(whole(pairing));
    expect(results).toEqual(behind('tls-versions', 'failed tls-too-old'));
  });

  it.each([
    ['TLSv1.2', 'TLS 1.2'],
    ['TLSv1.3', 'TLS 1.3'],
  ] as const)('speaks %s alone', async (tls, versions) => {
    device.configure({ tls });
    const { end, results } = await ward.examine(whole(await paired()));
    expect(results).toEqual(GOOD);
    expect(end.checks.find(({ check }) => check === 'tls-versions')).toMatchObject({
      told: { values: { versions } },
    });
  });

  it.each([
    ['wrong-issuer', 'failed device-issuer-unknown'],
    ['self-signed', 'failed device-issuer-unknown'],
    ['expired', 'failed device-certificate-expired'],
    ['not-yet-valid', 'failed device-certificate-not-yet-valid'],
    ['no-server-auth-eku', 'failed device-certificate-purpose'],
  ] as const)('shows a certificate that does not pass: %s', async (fault, word) => {
    const pairing = await paired();
    device.setFault(fault);
    const { results } = await ward.examine(whole(pairing));
    const clock =
      fault === 'expired' || fault === 'not-yet-valid' ? 'warning clock-or-certificate' : GOOD.clock;
    expect(results).toEqual({ ...behind('chain', word), clock });
  });

  it('is hidden by a program that signs anew, which is named', async () => {
    const pairing = await paired();
    await device.stop();
    const norton = await createCa({ commonName: 'Norton Web/Mail Shield Root' });
    const leaf = await issueCertificate({
      commonName: 'device',
      issuer: norton,
      extendedKeyUsage: ['serverAuth'],
      dnsNames: [device.dnsName],
    });
    const proxy = await startTlsServer(leaf, { port: device.port, chainPem: norton.certificatePem });
    cleanUps.push(() => proxy.stop());
    const { end, results } = await ward.examine(whole(pairing));
    expect(results).toEqual(behind('chain', 'failed device-certificate-resigned'));
    expect(end.checks.find(({ check }) => check === 'chain')).toMatchObject({
      told: { error: { params: { name: 'Norton' } } },
    });
  });

  it.each([
    ['other-serial', 'failed serial-mismatch'],
    ['no-identity', 'failed device-identity-missing'],
  ] as const)('is another one: %s', async (fault, word) => {
    const pairing = await paired();
    device.setFault(fault);
    const { results } = await ward.examine(whole(pairing));
    expect(results).toEqual(behind('identity', word));
  });

  it('was paired under another Root CA', async () => {
    const pairing = await paired();
    const other = await startSimulatedDevice();
    cleanUps.push(() => other.stop());
    register.trust(other.rootCaPem);
    register.vault.removeRootCa(pairing.trustAnchorFingerprint256);
    device.setFault('none');
    const { results } = await ward.examine(whole(pairing));
    expect(results.chain).toBe('failed device-issuer-unknown');
  });

  it('leads to another trusted Root CA', async () => {
    const pairing = await paired();
    const pki = await createVendorPki('test');
    register.trust(pki.root.certificatePem);
    await device.restart({ pki });
    const { results } = await ward.examine(whole(pairing));
    expect(results.chain).toBe('failed device-other-root-ca');
  });

  it('has another clock than this computer, which is wrong itself', async () => {
    const pairing = await paired();
    register.setClock(() => Date.now() - 400 * 86_400_000);
    const { results } = await ward.examine(whole(pairing));
    expect(results.clock).toBe('failed own-clock-wrong');
    expect(results.chain).toBe('failed device-certificate-not-yet-valid');
  });

  it('was ahead when it issued the keys', async () => {
    device.configure({ clockAheadMs: 3_600_000, connectsByItself: true });
    const { result } = await register.pair(device, 'wss');
    const [stored] = register.vault.pairings;
    if (!stored) throw new Error(result.ok ? 'nothing is stored' : result.error.code);
    const { results } = await ward.examine(whole(stored));
    expect(results.clock).toBe('warning device-was-ahead');
  });

  it('refuses the certificate', async () => {
    const pairing = await paired();
    device.revoke('POS-1');
    const { results } = await ward.examine(whole(pairing));
    expect(results).toEqual(behind('certificate', 'failed mtls-refused'));
    await ward.watched.untilState(pairing.id, 'refused');
  });

  it('drops whoever presents a certificate', async () => {
    const pairing = await paired();
    device.setFault('mtls-refused');
    const { results } = await ward.examine(whole(pairing));
    expect(results).toEqual(behind('certificate', 'failed connection-lost'));
  });

  it('lets anybody in', async () => {
    const pairing = await paired();
    device.setFault('tls-only');
    const { results, end } = await ward.examine(whole(pairing));
    expect(results).toEqual({ ...GOOD, stranger: 'warning stranger-let-in' });
    expect(doctorResult(end)).toBe('warning');
  });

  it('answers HTTP 403 in place of the WebSocket', async () => {
    const pairing = await paired();
    device.setFault('mtls-refused-http-403');
    const { results } = await ward.examine(whole(pairing));
    expect(results).toMatchObject({
      certificate: 'ok accepted',
      stranger: 'warning certificate-or-channel-refused',
      websocket: 'failed certificate-or-channel-refused',
      application: 'not-run needs websocket',
      'round-trip': 'not-run needs websocket',
    });
  });

  it('has a payment app that says nothing', async () => {
    const pairing = await paired();
    device.setFault('silence-after-request');
    const { results } = await ward.examine(whole(pairing));
    expect(results).toEqual({ ...GOOD, application: 'failed app-silent' });
    expect(register.vault.find(pairing.id)?.readiness).toMatchObject({ result: 'silent' });
  });

  it('has a payment app that objects', async () => {
    const pairing = await paired();
    device.configure({ statusRequest: 'error-response' });
    const { results, end } = await ward.examine(whole(pairing));
    expect(results).toEqual({ ...GOOD, application: 'warning app-objected' });
    expect(end.checks.find(({ check }) => check === 'application')).toMatchObject({
      told: { values: { message: 'The request is not supported.' } },
    });
    expect(register.vault.find(pairing.id)?.readiness).toMatchObject({
      result: 'error-response',
      message: 'The request is not supported.',
    });
  });

  it('has a payment app that hangs up on the question', async () => {
    const pairing = await paired();
    device.setFault('close-after-request');
    const { results } = await ward.examine(whole(pairing));
    expect(results.application).toBe('failed device-in-use');
    expect(results['round-trip']).toBe('failed round-trips-lost');
  });

  it('tells what has changed since it last worked', async () => {
    const pairing = await paired();
    const { lastSuccess } = pairing;
    if (!lastSuccess) throw new Error('nothing is known of the last success');
    register.vault.updateRecord(pairing.id, {
      lastSuccess: {
        ...lastSuccess,
        address: { host: '192.168.178.67', port: 8443 },
        network: { cidr: '192.168.178.0/24', kind: 'wireless' },
        certificate256: 'AA:BB',
        version: '0.9.0',
        system: 'Test 0',
      },
    });
    const { end } = await ward.examine(whole(pairing));
    expect(end.changed).toEqual({
      since: lastSuccess.at,
      changes: [
        { what: 'address', from: '192.168.178.67:8443', to: formatAuthority(pairing.address) },
        { what: 'network', from: '192.168.178.0/24 (wireless)', to: expect.any(String) },
        { what: 'certificate', from: 'AA:BB', to: pairing.deviceCertificate.fingerprint256 },
        { what: 'version', from: '0.9.0', to: '1.0.0' },
        { what: 'system', from: 'Test 0', to: 'Test 1' },
      ],
    });
    // From now on this run is the last success.
    expect((await ward.examine(whole(pairing))).end.changed?.changes).toEqual([]);
  });

  it('proves new keys that wait for the device', async () => {
    const { result } = await register.pair(device, 'wss', { onWaiting: () => {} });
    expect(result.ok).toBe(true);
    const [pairing] = register.vault.pairings;
    if (!pairing) throw new Error('nothing is stored');
    const { results } = await ward.examine(whole(pairing));
    expect(results).toEqual(GOOD);
    expect(register.vault.find(pairing.id)?.proved).toBe(true);
  });
});

describe('the channel', () => {
  it('is not touched while the POS software has it through this app, and taken on request', async () => {
    const pairing = await paired();
    const { leases } = register.context;
    const bridge = await leases.acquire(pairing.identity, {
      holder: 'bridge',
      signal: new AbortController().signal,
    });
    const { results, end } = await ward.examine(whole(pairing));
    expect(results).toEqual({
      ...GOOD,
      stranger: 'not-run pos-software',
      websocket: 'not-run pos-software',
      application: 'not-run pos-software',
      'round-trip': 'not-run pos-software',
    });
    expect(doctorResult(end)).toBe('partly');
    expect(device.counts.upgrades).toBe(0);
    expect(device.counts.requests).toBe(0);
    expect(bridge.signal.aborted).toBe(false);

    bridge.signal.addEventListener('abort', () => bridge.release());
    expect((await ward.examine(whole(pairing, true))).results).toEqual(GOOD);
    expect(bridge.signal.aborted).toBe(true);
    expect(leases.size).toBe(0);
  });

  it('is given back by a watched channel and opened again afterwards', async () => {
    const pairing = await paired();
    const { monitor, untilLive } = ward.watched;
    await monitor.setWatchLive(pairing.id, true);
    await untilLive(pairing.id);
    const { results } = await ward.examine(whole(pairing));
    expect(results).toEqual(GOOD);
    await untilLive(pairing.id);
  });

  it('is left to a pairing that needs the device', async () => {
    const pairing = await paired();
    const { leases } = register.context;
    let pairs: Promise<void> | undefined;
    const { results } = await ward.examine(whole(pairing), ({ checks }) => {
      const isOpening = checks.some(({ check, state }) => check === 'websocket' && state === 'running');
      if (!isOpening || pairs) return;
      pairs = leases
        .acquire(pairing.identity, { holder: 'pairing', signal: new AbortController().signal })
        .then((lease) => lease.release());
    });
    expect(results.stranger).toBe('ok stranger-refused');
    expect(results.websocket).toBe('not-run gave-way');
    expect(results['round-trip']).toBe('not-run gave-way');
    await pairs;
    expect(leases.size).toBe(0);
  });

  it.each(SECOND_CHANNEL_POLICY_NAMES)(
    'is shared with other software under the policy %s',
    async (policy) => {
      device.configure({ secondChannel: policy });
      const pairing = await paired();
      const { results } = await ward.examine(whole(pairing));
      // Its own channels come one after another: no policy gets in their way.
      expect(results).toEqual(GOOD);
    },
  );
});

it('is cancelled at any moment and leaves nothing open', async () => {
  const pairing = await paired();
  device.setFault('silence');
  const { results } = await ward.examine(whole(pairing), ({ runId, checks }) => {
    if (checks.some(({ check, state }) => check === 'speaks' && state === 'running'))
      ward.doctor.cancel(runId);
  });
  expect(results.tcp).toBe('ok port-open');
  for (const check of ['speaks', 'chain', 'clock', 'certificate', 'application'] as const)
    expect(results[check]).toBe('not-run cancelled');
  expect(register.context.leases.size).toBe(0);
});

it('ends the run before when another one is asked for', async () => {
  const pairing = await paired();
  device.setFault('silence');
  const first = ward.examine(whole(pairing));
  const second = ward.examine(stranger());
  expect((await first).results.speaks).toBe('not-run cancelled');
  expect((await second).results.speaks).toBe('failed timed-out');
});

describe('the account', () => {
  it('whose key store was replaced is told so', async () => {
    const pairing = await paired();
    register.cipher.key = 0x11;
    const { results, end } = await ward.examine(whole(pairing));
    expect(results).toEqual({
      ...GOOD,
      account: 'failed keys-lost',
      certificate: 'not-run needs account',
      stranger: 'not-run needs certificate',
      websocket: 'not-run needs certificate',
      application: 'not-run needs websocket',
      'round-trip': 'not-run needs websocket',
    });
    expect(firstTrouble(end.checks)?.told).toMatchObject({ error: { params: { owner: 'kasse1' } } });
    expect(doctorResult(end)).toBe('failed');
  });

  it('that has no profile of its own is warned of, paired or not', async () => {
    const pairing = await paired();
    await ward.close();
    ward = doctorOf(register, { account: async () => ({ account: TEST_ACCOUNT, risk: 'temporary' }) });
    expect((await ward.examine(whole(pairing))).results).toEqual({
      ...GOOD,
      account: 'warning profile-temporary',
    });
    expect((await ward.examine(stranger())).results.account).toBe('warning profile-temporary');
  });
});

describe('a device that is not paired yet', () => {
  const LEFT = Object.fromEntries(
    (['certificate', 'stranger', 'websocket', 'application', 'round-trip'] as const).map((check) => [
      check,
      'not-run not-paired',
    ]),
  );

  it('is looked at up to its identity; no upgrade, no request, no code', async () => {
    const { results, end } = await ward.examine(stranger());
    expect(results).toEqual({
      ...GOOD,
      ...LEFT,
      identity: 'ok identity-seen',
      account: 'ok keys-to-be',
    });
    expect(end.changed).toBeNull();
    expect(device.counts).toMatchObject({ upgrades: 0, requests: 0 });
    expect(device.received).toEqual([]);
    expect(device.hasReceived(device.code)).toBe(false);
  });

  it('is compared with the serial number that was typed', async () => {
    expect((await ward.examine(stranger(undefined, device.serial))).results.identity).toBe('ok identity-ok');
    expect((await ward.examine(stranger(undefined, '1850099999'))).results.identity).toBe(
      'failed serial-mismatch',
    );
  });

  it.each(['demands-certificate', 'demands-certificate-tls-1.2'] as const)(
    'is told to want a certificate first where it does: %s',
    async (fault) => {
      device.setFault(fault);
      const { results } = await ward.examine(stranger());
      expect(results.speaks).toBe('ok speaks-tls');
      expect(results['tls-versions']).toBe('ok versions');
      // In TLS 1.3 it objects only after it has shown who it is.
      expect(results.chain).toBe(
        fault === 'demands-certificate' ? 'ok chain-ok' : 'not-run demands-certificate',
      );
    },
  );

  it('is named where its name is not known', async () => {
    const { results } = await ward.examine(stranger('no-such-device.invalid:8443'));
    expect(results.name).toBe('failed name-not-found');
    expect(results.tcp).toBe('not-run needs name');
    expect(results.speaks).toBe('not-run needs tcp');
  });

  it('is found by its name', async () => {
    const { results } = await ward.examine(stranger(`localhost:${device.port}`));
    expect(results.name).toBe('ok name-resolved');
    expect(results.identity).toBe('ok identity-seen');
  });

  it('is no address at all', () => {
    expect(() => ward.doctor.start(stranger('http://192.168.178.67'))).toThrow('address-insecure');
  });
});

/** Listens and takes no connection: once its queue is full, Linux lets further ones go unanswered. */
const DEAF = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port));
    for (;;);
  });`;

it.runIf(process.platform === 'linux')('finds that a firewall drops what goes to the port', async () => {
  const deaf = spawn(process.execPath, ['-e', DEAF], { stdio: ['ignore', 'pipe', 'ignore'] });
  cleanUps.push(async () => deaf.kill('SIGKILL'));
  const [port] = await once(deaf.stdout, 'data');
  const waiting = Array.from({ length: 4 }, () => connect({ host: '127.0.0.1', port: Number(port) }));
  for (const socket of waiting) socket.on('error', () => {});
  cleanUps.push(async () => {
    for (const socket of waiting) socket.destroy();
  });
  await once(waiting[0] ?? deaf, 'connect');
  const { results } = await ward.examine(stranger(`127.0.0.1:${port}`));
  expect(results.tcp).toBe('failed port-filtered');
});

it('hears what time the device has when it opens its channel', async () => {
  const { device: leaf, own } = await issuePair(device.pki, '1850011111');
  const server = await startTlsServer(leaf, { chainPem: device.pki.intermediate.certificatePem });
  cleanUps.push(() => server.stop());
  const deviceTime = new Date(Date.now() + 3_600_000).toUTCString();
  server.server.on('upgrade', (request, socket) => {
    const write = socket.write.bind(socket);
    socket.write = (head: string) => write(head.replace('\r\n\r\n', `\r\nDate: ${deviceTime}\r\n\r\n`));
    acceptChannel(request, socket, { pongs: true, goodbyes: true });
    socket.write = write;
  });
  let heard: number | undefined;
  const channel = await openChannelSocket(
    {
      address: server.address,
      trust: currentTrust(register.context),
      clientCertificate: own,
      signal: AbortSignal.timeout(5_000),
    },
    {},
    (time) => {
      heard = time;
    },
  );
  expect(heard).toBe(Date.parse(deviceTime));
  await closeWebSocket(channel.socket);
});

describe('readiness', () => {
  it('is asked for after the proof, over one more channel', async () => {
    const pairing = await paired();
    expect(pairing.readiness).toMatchObject({ result: 'answered', message: 'Ready' });
    expect(register.vault.find(pairing.id)?.readiness).toEqual(pairing.readiness);
  });

  it.each(['wss', 'https'] as const)(
    'is no reason for a pairing over %s to fail, or to wait long',
    async (transport) => {
      let askedAt = Number.POSITIVE_INFINITY;
      const { result } = await register.pair(device, transport, {
        // The app on the device falls silent as soon as it has issued the keys.
        onProgress: ({ stages }) => {
          const proves = stages.some(({ stage, state }) => stage === 'prove' && state === 'running');
          if (!proves || askedAt < Number.POSITIVE_INFINITY) return;
          askedAt = performance.now();
          if (transport === 'wss') device.setFault('silence-after-request');
          else device.configure({ statusRequest: 'error-response' });
        },
      });
      const tookMs = performance.now() - askedAt;
      if (!result.ok) throw new Error(result.error.code);
      expect(result.value).toMatchObject({
        proved: true,
        readiness: { result: transport === 'wss' ? 'silent' : 'error-response' },
      });
      expect(tookMs).toBeLessThan(8_000);
    },
  );

  it('is asked for when waiting keys are proved by the schedule', async () => {
    device.configure({ afterPairing: 'away-until-connected' });
    const cancel = new AbortController();
    const pairing = await (async () => {
      await register.pair(device, 'wss', { signal: cancel.signal, onWaiting: () => cancel.abort() });
      const [stored] = register.vault.pairings;
      if (!stored) throw new Error('nothing is stored');
      return stored;
    })();
    expect(pairing).toMatchObject({ proved: false });
    expect(pairing.readiness).toBeUndefined();
    device.tapClose();
    await device.tapConnectDevice();
    const checked = await ward.watched.monitor.check(pairing.id);
    expect(checked).toMatchObject({ proved: true, readiness: { result: 'answered' } });
  });

  it('can be asked for again, but not from under the POS software', async () => {
    device.configure({ statusRequest: 'error-response' });
    const pairing = await paired();
    expect(pairing.readiness?.result).toBe('error-response');
    device.configure({ statusRequest: 'status' });
    const { leases } = register.context;
    const bridge = await leases.acquire(pairing.identity, {
      holder: 'bridge',
      signal: new AbortController().signal,
    });
    await expect(ward.doctor.askReadiness(pairing.id)).rejects.toThrow('device-in-use');
    bridge.release();
    // Nor from under one that comes while the keys are read.
    const asked = ward.doctor.askReadiness(pairing.id);
    const late = leases.acquire(pairing.identity, { holder: 'bridge', signal: new AbortController().signal });
    await expect(asked).rejects.toThrow('device-in-use');
    (await late).release();
    expect((await ward.doctor.askReadiness(pairing.id)).readiness).toMatchObject({ result: 'answered' });
    expect(leases.size).toBe(0);
    await device.stop();
    expect((await ward.doctor.askReadiness(pairing.id)).readiness).toMatchObject({ result: 'silent' });
  });
});
