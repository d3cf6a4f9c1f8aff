/** Times the quiet check of a pairing against a bare TLS handshake with the same device and certificate. */
import { quietCheck } from '../../electron/core/device/quiet-check.ts';
import { createVendorPki } from '../../tests/simulator/device.ts';
import { issuePair } from '../../tests/support/issued.ts';
import { startStrictDevice } from '../../tests/support/strict-device.ts';
import { handshake } from './bare-client.ts';
import { type Figure, report } from './document.ts';
import { inTurn, sampleOf } from './sample.ts';

const ROUNDS = 40;
const WARM_UP = 3;
const GOAL = 1.2;
const SERIAL = '1850012345';

const pki = await createVendorPki();
const issued = await issuePair(pki, SERIAL);
const figures: Figure[] = [];
for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
  const device = await startStrictDevice(issued.device, pki, {
    maxVersion,
    own: issued.own,
    ours: 'answers',
    strangers: { alert: 46 },
  });
  const place = { ...device.address, rootCaPem: pki.root.certificatePem };
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };
  const things = {
    app: () =>
      timed(() =>
        quietCheck({
          address: device.address,
          trust: {
            rootCas: [{ root: pki.root.certificate, intermediates: [] }],
            now: Date.now,
            knownPast: 0,
          },
          signal: AbortSignal.timeout(10_000),
          identity: { kind: 'serial', serial: SERIAL },
          clientCertificate: issued.own,
        }),
      ),
    bare: () => timed(() => handshake(place, issued.own)),
  };
  await inTurn(WARM_UP, things);
  const { app, bare } = await inTurn(ROUNDS, things);
  const [ours, theirs] = [sampleOf(app), sampleOf(bare)];
  figures.push({
    name: `check/${maxVersion}`,
    what: `Quiet check over ${maxVersion.replace('v', ' ')}`,
    unit: 'ms',
    ours,
    bare: { what: 'bare TLS handshake', sample: theirs },
    value: ours.median / theirs.median,
    goal: { atMost: GOAL },
  });
  await device.stop();
}
report(
  'check',
  'Quiet check',
  `The check of a pairing that leaves the device’s channel alone, ${ROUNDS} times, in turn with a handshake by Node alone with the same certificate, to a device on this machine, without a network between them.`,
  figures,
);
process.exit();
