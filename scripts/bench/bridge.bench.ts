/**
 * Times messages over the bridge against a direct mTLS WebSocket to the same device, and writes the table into
 * docs/benchmarks.md. The device is a process of its own, and so is the bridge; the till takes all ways in turn. Two
 * more stand where the bridge does and have none of its rules: they show what standing there costs (bridge-bare.ts).
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { type Figure, report } from './document.ts';
import { startPeer } from './peer.ts';
import { sampleOf } from './sample.ts';

const MESSAGE = JSON.stringify({
  type: 'PaymentRequest',
  merchantReferenceCode: 'order-000001',
  amountDetails: { amount: '12.50', currency: 'EUR' },
  note: 'x'.repeat(300),
});
/** Answered after 2 ms, as a device over Wi-Fi is away. */
const FAR_MESSAGE = JSON.stringify({ far: true, ...JSON.parse(MESSAGE) });
const ROUND_TRIPS = 1_000;
const FAR_ROUND_TRIPS = 200;
const THROUGHPUT_MESSAGES = 20_000;
const RUNS = 20;
const GOAL = { addedMs: 0.3, ratio: 1.3, throughput: 0.8, relayRatio: 1.05, relayThroughput: 1 };

const readySchema = z.object({
  bridgePort: z.number(),
  token: z.string(),
  device: z.object({ host: z.string(), port: z.number() }),
  key: z.string(),
  cert: z.string(),
  ca: z.string(),
});
type Ready = z.infer<typeof readySchema>;
const portSchema = z.number();

const direct = ({ device, key, cert, ca }: Ready) =>
  new WebSocket(`wss://${device.host}:${device.port}/`, [], {
    key,
    cert,
    ca,
    // Its name says its serial number, not its address.
    rejectUnauthorized: false,
    perMessageDeflate: false,
  });
const over = (port: number, token: string) =>
  new WebSocket(`ws://127.0.0.1:${port}/`, {
    headers: { Authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });

async function roundTrips(socket: WebSocket, count: number, message = MESSAGE): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedAt = performance.now();
    socket.send(message);
    await once(socket, 'message');
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** Echoed messages a second. */
async function throughput(socket: WebSocket): Promise<number> {
  const startedAt = performance.now();
  let back = 0;
  const done = new Promise<void>((resolve) => {
    socket.on('message', () => {
      back += 1;
      if (back === THROUGHPUT_MESSAGES) resolve();
    });
  });
  for (let index = 0; index < THROUGHPUT_MESSAGES; index += 1) socket.send(MESSAGE);
  await done;
  socket.removeAllListeners('message');
  return (THROUGHPUT_MESSAGES / (performance.now() - startedAt)) * 1_000;
}

const quantile = (times: number[], part: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? Number.NaN;
const median = (numbers: number[]): number => quantile(numbers, 0.5);

async function measure(open: () => WebSocket) {
  const socket = open();
  await once(socket, 'open');
  await roundTrips(socket, 500);
  const times = await roundTrips(socket, ROUND_TRIPS);
  const far = await roundTrips(socket, FAR_ROUND_TRIPS, FAR_MESSAGE);
  const rate = await throughput(socket);
  socket.close();
  await once(socket, 'close');
  return { p50: median(times), p99: quantile(times, 0.99), far: median(far), rate };
}

const [devicePeer, device] = await startPeer('bridge-device');
const [bridgePeer, bridge] = await startPeer('bridge-app', JSON.stringify(device));
const [relayPeer, relayPort] = await startPeer('bridge-bare', bareArgument('relay'));
const [pipePeer, pipePort] = await startPeer('bridge-bare', bareArgument('pipe'));
const ready = readySchema.parse(bridge);
const ways = {
  direct: () => direct(ready),
  bridged: () => over(ready.bridgePort, ready.token),
  relay: () => over(portSchema.parse(relayPort), ''),
  pipe: () => over(portSchema.parse(pipePort), ''),
};
type Way = keyof typeof ways;
const NAMES = Object.keys(ways) as Way[];
const found: Record<Way, Awaited<ReturnType<typeof measure>>[]> = {
  direct: [],
  bridged: [],
  relay: [],
  pipe: [],
};
for (let run = 0; run < RUNS; run += 1)
  for (const way of run % 2 === 0 ? NAMES : NAMES.toReversed()) found[way].push(await measure(ways[way]));
for (const peer of [pipePeer, relayPeer, bridgePeer, devicePeer]) peer.disconnect();

function bareArgument(way: 'relay' | 'pipe'): string {
  return JSON.stringify({ ...z.record(z.string(), z.unknown()).parse(device), way });
}
const of = (way: Way) => ({
  p50: sampleOf(found[way].map(({ p50 }) => p50)),
  p99: sampleOf(found[way].map(({ p99 }) => p99)),
  far: sampleOf(found[way].map(({ far }) => far)),
  rate: sampleOf(found[way].map(({ rate }) => rate)),
});
const [one, two, relay, pipe] = [of('direct'), of('bridged'), of('relay'), of('pipe')];
const DIRECT = 'direct connection';
const RELAY = 'bare relay of two WebSockets';
type Measured = ReturnType<typeof of>;
const compared = (
  [name, what, unit]: readonly [name: string, what: string, unit: string],
  pick: (measured: Measured) => Measured['p50'],
  [bareWhat, bare]: readonly [string, Measured],
  goal: Figure['goal'],
): Figure => ({
  name: `bridge/${name}`,
  what: `Bridge: ${what}`,
  unit,
  ours: pick(two),
  bare: { what: bareWhat, sample: pick(bare) },
  value: pick(two).median / pick(bare).median,
  goal,
});
const near = ({ p50 }: Measured) => p50;
const rate = (measured: Measured) => measured.rate;
const againstDirect = [DIRECT, one] as const;
const againstRelay = [RELAY, relay] as const;
const [atMost, ruled] = [{ atMost: GOAL.ratio }, 'with all rules'];
const figures: Figure[] = [
  {
    ...compared(
      ['added', 'milliseconds added to a round trip without a network', 'ms'],
      near,
      againstDirect,
      { atMost: GOAL.addedMs },
    ),
    value: two.p50.median - one.p50.median,
  },
  compared(['near', 'round trip without a network', 'ms'], near, againstDirect, atMost),
  compared(['far', 'round trip to a device 2 ms away', 'ms'], ({ far }) => far, againstDirect, atMost),
  compared(['throughput', 'messages a second', ''], rate, againstDirect, { atLeast: GOAL.throughput }),
  compared(['relay-near', `round trip without a network, ${ruled}`, 'ms'], near, againstRelay, {
    atMost: GOAL.relayRatio,
  }),
  compared(['relay-throughput', `messages a second, ${ruled}`, ''], rate, againstRelay, {
    atLeast: GOAL.relayThroughput,
  }),
];
const floor = {
  near: (pipe.p50.median / one.p50.median).toFixed(2),
  throughput: (pipe.rate.median / one.rate.median).toFixed(2),
};
report(
  'bridge',
  'Bridge',
  `A message of ${MESSAGE.length} bytes from a till to a device that sends it back: over a direct mTLS WebSocket, and through the bridge. Device, bridge and till are processes of their own on one machine, without a network between them. ${ROUND_TRIPS} round trips one after another, ${FAR_ROUND_TRIPS} with a device that answers after 2 ms as over Wi-Fi, then ${THROUGHPUT_MESSAGES} messages at once; ${RUNS} runs, in turn. The slowest hundredth of the round trips: ${two.p99.median.toFixed(2)} ms through the bridge, ${one.p99.median.toFixed(2)} ms without. The bare relay is two WebSockets of ws in the place of the bridge, without any of its rules. The floor is a program there that hands bytes on between TCP and TLS and reads none of them: ${floor.near} times the direct round trip without a network, ${floor.throughput} of its messages a second.`,
  figures,
);
