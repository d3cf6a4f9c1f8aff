import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkConnection } from '../../electron/core/pairing/check-connection.ts';
import { createVendorPki, type SimulatedDevice, type VendorPki } from '../simulator/device.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

let pki: VendorPki;
let devices: SimulatedDevice[] = [];

beforeAll(async () => {
  pki = await createVendorPki();
});
afterEach(async () => {
  await Promise.all(devices.map((device) => device.stop()));
  devices = [];
});

async function start(options: Parameters<typeof startSimulatedDevice>[0] = {}) {
  const device = await startSimulatedDevice({ pki, ...options });
  devices.push(device);
  return device;
}

const check = async (register: ReturnType<typeof testRegister>, id: string) =>
  (await checkConnection(id, 'full', register.context, new AbortController().signal)).pairing;

const idOf = ({ result }: Awaited<ReturnType<ReturnType<typeof testRegister>['pair']>>): string =>
  result.ok ? result.value.id : expect.unreachable(result.error.code);

describe('a device without a serial number', () => {
  it('is known by its key: another one is never taken for it, and pairing again asks', async () => {
    const device = await start({ fault: 'ip-san' });
    const register = testRegister(device.rootCaPem);
    const id = idOf(await register.pair(device, 'wss'));
    expect(register.vault.find(id)?.identity).toMatchObject({
      kind: 'address',
      publicKey256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    });
    expect(await check(register, id)).toMatchObject({ lastCheck: { result: 'mtls' } });

    const { port } = device;
    await device.stop();
    const other = await start({ fault: 'ip-san', port });
    expect(await check(register, id)).toMatchObject({
      lastCheck: { result: 'failed', error: { code: 'device-key-changed' } },
    });
    const { code } = other;
    const declined = await register.pair(other, 'wss', { replaces: id, confirm: () => false });
    expect(declined.asked).toHaveLength(1);
    expect(declined.result).toMatchObject({ ok: false, error: { code: 'identity-rejected' } });
    expect(other.hasReceived(code)).toBe(false);
    const confirmed = await register.pair(other, 'wss', { replaces: id });
    expect(confirmed.result.ok).toBe(true);
    const again = await register.pair(other, 'wss', { replaces: id, code: other.rotateCode() });
    expect([again.asked, again.result.ok]).toEqual([[], true]);
  });

  it('stored without its key is bound to its certificate, until a check has seen the key', async () => {
    const device = await start({ fault: 'ip-san' });
    const register = testRegister(device.rootCaPem);
    const id = idOf(await register.pair(device, 'wss'));
    const { identity, deviceCertificate } = register.vault.find(id) ?? expect.unreachable();
    if (identity.kind !== 'address') expect.unreachable();
    const keyless = { kind: 'address', host: identity.host, publicKey256: null } as const;

    register.vault.updateRecord(id, { identity: { ...keyless, certificate256: '00:00' } });
    expect(await check(register, id)).toMatchObject({
      lastCheck: { result: 'failed', error: { code: 'device-key-changed' } },
    });
    register.vault.updateRecord(id, {
      identity: { ...keyless, certificate256: deviceCertificate.fingerprint256 },
    });
    expect(await check(register, id)).toMatchObject({ lastCheck: { result: 'mtls' }, identity });
  });
});

describe('the same serial number under another Root CA', () => {
  it('is asked about, though it was typed or paired with before', async () => {
    const serial = '1850012345';
    const device = await start({ serial });
    const register = testRegister(device.rootCaPem);
    const id = idOf(await register.pair(device, 'wss'));

    const elsewhere = await start({ serial, pki: await createVendorPki() });
    register.trust(elsewhere.rootCaPem);
    const { code } = elsewhere;
    for (const known of [{ serial, posId: 'POS-2' }, { replaces: id }]) {
      const { asked, result } = await register.pair(elsewhere, 'wss', { ...known, confirm: () => false });
      expect(asked).toHaveLength(1);
      expect(result).toMatchObject({ ok: false, error: { code: 'identity-rejected' } });
    }
    expect(elsewhere.hasReceived(code)).toBe(false);
  });
});
