/** The devices of a soak of pairings: how many. Each shows another code whenever it is asked. */
import { z } from 'zod';
import { createVendorPki } from '../../tests/simulator/device.ts';
import { startSteadyDevice } from '../../tests/support/steady-device.ts';

const askSchema = z.union([z.object({ start: z.number() }), z.object({ device: z.number() })]);
const pki = await createVendorPki();
const devices: Awaited<ReturnType<typeof startSteadyDevice>>[] = [];

async function start(count: number): Promise<object> {
  for (let index = 0; index < count; index += 1)
    devices.push(await startSteadyDevice({ pki, serial: String(1_850_012_345 + index) }));
  return {
    rootCaPem: pki.root.certificatePem,
    devices: devices.map(({ serial, addresses }) => ({ serial, addresses })),
  };
}

process.on('message', (message) => {
  const ask = askSchema.parse(message);
  if ('start' in ask) {
    void start(ask.start).then((answer) => process.send?.(answer));
    return;
  }
  const device = devices[ask.device];
  // What it noted of the last pairing is nobody's business.
  device?.clearJournal();
  process.send?.({ code: device?.rotateCode() });
});
process.on('disconnect', () => process.exit());
