/** Messages over a bridge, there and back: how many, between two samples. A till comes anew for each sample. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { figuresSchema } from './figures.ts';
import { Peer, tell } from './peer.ts';

const [, , messages = '', every = ''] = process.argv;
/** So many are on their way at a time, as no till would have them. */
const UNDER_WAY = 256;
const readySchema = z.object({ bridgePort: z.number(), token: z.string() });

const device = new Peer(new URL('../bench/bridge-device.ts', import.meta.url));
const app = new Peer(new URL('../bench/bridge-app.ts', import.meta.url));
const shown = await device.next();
const { bridgePort, token } = readySchema.parse(await app.ask(JSON.stringify(shown)));
const wrong: string[] = [];
let sent = 0;
let back = 0;
let tills = 0;

async function sendThrough(until: number): Promise<void> {
  const till = new WebSocket(`ws://127.0.0.1:${bridgePort}/`, {
    headers: { Authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  await once(till, 'open');
  tills += 1;
  await new Promise<void>((resolve) => {
    const send = () => {
      till.send(
        JSON.stringify({
          type: 'PaymentRequest',
          merchantReferenceCode: `order-${sent}`,
          note: 'x'.repeat(200),
        }),
      );
      sent += 1;
    };
    till.on('message', (data: Buffer) => {
      // One channel keeps the order, so each answers the oldest that is open.
      if (!data.includes(`"order-${back}"`))
        wrong.push(`answer ${back} is ${data.subarray(0, 80).toString()}`);
      back += 1;
      if (sent < until && wrong.length < 5) send();
      else if (back === sent) resolve();
    });
    till.on('close', (code) => {
      if (back !== sent) wrong.push(`closed with ${code} after ${back} of ${sent}`);
      resolve();
    });
    for (let index = 0; index < UNDER_WAY && sent < until; index += 1) send();
  });
  till.close();
  if (till.readyState !== WebSocket.CLOSED) await once(till, 'close');
}

const sample = async () =>
  tell({ kind: 'sample', figures: figuresSchema.parse(await app.ask(String(back))) });
while (back < Number(messages) && wrong.length === 0) {
  await sample();
  await sendThrough(Math.min(Number(messages), sent + Number(every)));
}
await sample();
app.stop();
device.stop();
tell({ kind: 'ended', wrong, facts: { 'messages there and back': back, tills } });
process.disconnect();
