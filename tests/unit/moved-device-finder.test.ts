import { beforeAll, describe, expect, it } from 'vitest';
import { MovedDeviceFinder } from '../../electron/core/status/moved-device-finder.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { FoundDevice } from '../../shared/search.ts';
import { createCa } from '../simulator/pki.ts';
import { addPairings } from '../support/many-pairings.ts';
import { memoryVault } from '../support/vault.ts';

const OTHER_ROOT = 'AA:BB';
let pairing: PairingRecord;

beforeAll(async () => {
  const [made] = await addPairings(
    memoryVault().vault,
    1,
    await createCa({ commonName: 'Root', keyType: 'ec' }),
    8443,
  );
  if (!made) throw new Error('no pairing');
  pairing = made;
});

const foundAt = (host: string, trustAnchorFingerprint256: string): FoundDevice => ({
  address: { host, port: 8443 },
  identity: pairing.identity,
  certificate: pairing.deviceCertificate,
  trustAnchorFingerprint256,
  responseMs: 1,
});

const find = (found: readonly FoundDevice[], asked: boolean) =>
  new MovedDeviceFinder(async () => found, Date.now).find(pairing, asked, new AbortController().signal);

describe('a device that moved', () => {
  it.each([true, false])('is looked for under its own Root CA first (asked: %s)', async (asked) => {
    const found = [foundAt('10.0.0.7', OTHER_ROOT), foundAt('10.0.0.8', pairing.trustAnchorFingerprint256)];
    expect(await find(found, asked)).toMatchObject({ host: '10.0.0.8' });
  });

  it('is found under another Root CA only by somebody who asked', async () => {
    const found = [foundAt('10.0.0.7', OTHER_ROOT)];
    expect(await find(found, false)).toBeNull();
    expect(await find(found, true)).toMatchObject({ host: '10.0.0.7' });
  });

  it('is where it was, whoever bears its serial number under another Root CA', async () => {
    const stays = foundAt(pairing.address.host, pairing.trustAnchorFingerprint256);
    expect(await find([foundAt('10.0.0.7', OTHER_ROOT), stays], true)).toBeNull();
  });
});
