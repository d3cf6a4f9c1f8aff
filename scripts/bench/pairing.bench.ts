/** Times a whole pairing, from the address to the proved connection, against a bare client doing the same on the wire. */
import { once } from 'node:events';
import { z } from 'zod';
import { makeStranger } from '../../electron/core/device/stranger.ts';
import { TRANSPORTS, type Transport } from '../../shared/inputs.ts';
import { testRegister } from '../../tests/support/register.ts';
import { pairBarely } from './bare-client.ts';
import { type Figure, report } from './document.ts';
import { startPeer } from './peer.ts';
import { inTurn, sampleOf } from './sample.ts';

const ROUNDS = 30;
const WARM_UP = 3;
const GOAL = 1.15;

const readySchema = z.object({
  addresses: z.object({ wss: z.string(), https: z.string() }),
  host: z.string(),
  port: z.number(),
  rootCaPem: z.string(),
  serial: z.string(),
});

const [peer, message] = await startPeer('pairing-device');
const place = readySchema.parse(message);
const register = testRegister(place.rootCaPem);
const stranger = await makeStranger(Date.now());
let number = 0;

async function timed(work: (posId: string, code: string) => Promise<void>): Promise<number> {
  peer.send('next');
  const [code] = await once(peer, 'message');
  number += 1;
  const startedAt = performance.now();
  await work(`POS-${number}`, z.string().parse(code));
  return performance.now() - startedAt;
}

const appPairs = (transport: Transport) =>
  timed(async (posId, code) => {
    const { result } = await register.pair({ ...place, code }, transport, { posId, serial: place.serial });
    if (!result.ok) throw new Error(`The pairing failed: ${result.error.code}`);
  });
const clientPairs = (transport: Transport) =>
  timed((posId, setupCode) => pairBarely(place, transport, { posId, setupCode }, stranger));

const figures: Figure[] = [];
for (const transport of TRANSPORTS) {
  const things = { app: () => appPairs(transport), bare: () => clientPairs(transport) };
  await inTurn(WARM_UP, things);
  const { app, bare } = await inTurn(ROUNDS, things);
  const [ours, theirs] = [sampleOf(app), sampleOf(bare)];
  figures.push({
    name: `pairing/${transport}`,
    what: `Pairing over ${transport.toUpperCase()}, address to proof`,
    unit: 'ms',
    ours,
    bare: { what: 'bare Node client', sample: theirs },
    value: ours.median / theirs.median,
    goal: { atMost: GOAL },
  });
}
peer.kill();
report(
  'pairing',
  'Pairing',
  `A pairing with a simulated device on this machine, a process of its own, from the address to the proof, ${ROUNDS} times; in turn with a client that makes the same five connections and messages with Node’s TLS and \`ws\` alone, checks nothing and keeps nothing. Both wait for the device, which makes a key for each pairing.`,
  figures,
);
process.exit();
