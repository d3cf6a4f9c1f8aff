import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { Transport } from '../../../shared/inputs.ts';
import { group, type Surroundings } from '../case.ts';
import { type RemoteDevice, startDevice } from '../devices.ts';
import { startRegister } from '../register.ts';

/** Everything below a folder, as text. */
const textsIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

/** Pairs, is started anew over the same files, and is still let in by the device. */
async function pairsForGood(folder: string, transport: Transport): Promise<void> {
  const device = await startDevice();
  const first = startRegister(folder);
  await first.trust(device.rootCaPem);
  const { result } = await first.pair(device, { transport, code: device.code });
  assert.equal(result.ok, true, JSON.stringify(result));
  await first.core.close();
  assert.deepEqual((await device.look()).paired, ['POS-1']);

  const again = startRegister(folder);
  const [pairing, ...others] = again.core.vault.pairings;
  assert.ok(pairing);
  assert.deepEqual(others, []);
  assert.deepEqual([pairing.proved, pairing.protection, pairing.transport], [true, 'mtls', transport]);
  const { lastCheck } = await again.core.monitor.check(pairing.id);
  assert.equal(lastCheck?.result, 'mtls', JSON.stringify(lastCheck));
  assert.deepEqual(
    again.core.history
      .all()
      .map(({ kind, result: outcome }) => [kind, outcome])
      .reverse(),
    [
      ['root-ca-added', 'ok'],
      ['paired', 'ok'],
    ],
  );
  await again.core.removePairing(pairing.id);
  await again.core.close();
  assert.deepEqual(startRegister(folder).core.vault.pairings, []);
}

/** A pairing that cannot succeed: what it says, and that it leaves nothing behind. */
const failsWith =
  (code: ErrorCode, spoil: (device: RemoteDevice) => Promise<unknown>, address?: string) =>
  async ({ folder }: Surroundings): Promise<void> => {
    const device = await startDevice();
    const register = startRegister(folder);
    await register.trust(device.rootCaPem);
    await spoil(device);
    const { result } = await register.pair(device, {
      transport: 'wss',
      code: device.code,
      ...(address !== undefined && { address }),
    });
    await register.core.close();
    assert.equal(result.ok ? 'paired' : result.error.code, code);
    assert.deepEqual(startRegister(folder).core.vault.pairings, []);
  };

export default group('pairing', {
  'over WSS: proved, kept over a restart, removed': ({ folder }) => pairsForGood(folder, 'wss'),
  'over HTTPS: proved, kept over a restart, removed': ({ folder }) => pairsForGood(folder, 'https'),
  'leaves neither key nor code in plain text in its files': async ({ folder }) => {
    const device = await startDevice();
    const register = startRegister(folder);
    await register.trust(device.rootCaPem);
    await register.pair(device, { transport: 'https', code: device.code });
    await register.core.close();
    const texts = textsIn(folder);
    assert.match(texts, /BEGIN CERTIFICATE/);
    assert.doesNotMatch(texts, /PRIVATE KEY/);
    assert.ok(!texts.includes(device.code));
  },
  'by the device found in a search': async ({ folder }) => {
    const device = await startDevice();
    const register = startRegister(folder);
    await register.trust(device.rootCaPem);
    const found = await register.core.search.search(device.port, new AbortController().signal);
    assert.deepEqual(
      found.map(({ address, identity }) => [
        address.host,
        address.port,
        identity.kind === 'serial' && identity.serial,
      ]),
      [['127.0.0.1', device.port, device.serial]],
    );
    await register.core.close();
  },
  'notices a device that has forgotten the register': async ({ folder }) => {
    const device = await startDevice();
    const register = startRegister(folder);
    await register.trust(device.rootCaPem);
    const { stored } = await register.pair(device, { transport: 'wss', code: device.code });
    await device.forget('POS-1');
    const { lastCheck } = await register.core.monitor.check(stored?.id ?? '');
    assert.equal(lastCheck?.result === 'failed' && lastCheck.error.code, 'mtls-refused');
    await register.core.close();
  },
  'a port that nobody listens on': failsWith('connection-refused', (device) => device.stop()),
  'a name that nobody knows': failsWith('name-not-found', async () => {}, 'no-such-device.invalid'),
  'a device under another Root CA': failsWith('device-issuer-unknown', (device) =>
    device.misbehave('wrong-issuer'),
  ),
  'a device with too old a TLS': failsWith('tls-too-old', (device) => device.misbehave('tls-1.1')),
  'no TLS at all': failsWith('not-tls', (device) => device.misbehave('garbage')),
  'a connection that ends before the answer': failsWith('no-answer', (device) =>
    device.misbehave('close-after-request'),
  ),
  'keys that the device refuses': failsWith('mtls-refused', (device) =>
    device.misbehave('mtls-refused-alert'),
  ),
});
