/** Times the quiet check of a pairing against a bare TLS handshake with the same device and certificate. */

import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { quietCheck } from '../../electron/core/device/quiet-check.ts';
import { handshake } from './bare-client.ts';
import { type Figure, report } from './document.ts';
import { startPeer } from './peer.ts';
import { inTurn, sampleOf } from './sample.ts';

const ROUNDS = 40;
const WARM_UP = 3;
const GOAL = 1.2;

const readySchema = z.object({
  devices: z.array(
    z.object({ maxVersion: z.string(), address: z.object({ host: z.string(), port: z.number() }) }),
  ),
  serial: z.string(),
  rootPem: z.string(),
  own: z.object({ privateKeyPem: z.string(), certificateChainPem: z.string() }),
});

const [peer, message] = await startPeer('check-device');
const { devices, serial, rootPem, own } = readySchema.parse(message);
const root = new X509Certificate(rootPem);
const figures: Figure[] = [];
for (const { maxVersion, address } of devices) {
  const place = { ...address, rootCaPem: rootPem };
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };
  const things = {
    app: () =>
      timed(() =>
        quietCheck({
          address,
          trust: { rootCas: [{ root, intermediates: [] }], now: Date.now, knownPast: 0 },
          signal: AbortSignal.timeout(10_000),
          identity: { kind: 'serial', serial },
          clientCertificate: own,
        }),
      ),
    bare: () => timed(() => handshake(place, own)),
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
}
peer.kill();
report(
  'check',
  'Quiet check',
  `The check of a pairing that leaves the device’s channel alone, ${ROUNDS} times, in turn with a handshake by Node alone with the same certificate, to a device on this machine, a process of its own, without a network between them.`,
  figures,
);
process.exit();
