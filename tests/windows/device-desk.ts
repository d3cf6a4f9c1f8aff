import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { createVendorPki, type SimulatedDevice } from '../simulator/device.ts';
import { isFault } from '../simulator/faults.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { type DeskRequest, type DeviceView, deskRequestSchema } from './desk.ts';

const view = (device: SimulatedDevice): DeviceView => ({
  port: device.port,
  addresses: device.addresses,
  serial: device.serial,
  rootCaPem: device.rootCaPem,
  code: device.code,
  paired: [...device.paired.keys()],
  connections: device.connections.length,
  channelOpen: device.channelOpen,
  payments: device.operations
    .filter(({ type }) => type === 'PaymentRequest')
    .map(({ id, posId, state }) => ({ id, posId, state })),
});

/** Runs simulated devices for a process that cannot, and obeys it over HTTP on a loopback port. */
export async function openDeviceDesk(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const pki = await createVendorPki();
  const devices = new Map<number, SimulatedDevice>();

  async function obey(request: DeskRequest): Promise<DeviceView> {
    if (request.type === 'start') {
      const device = await startSteadyDevice({ pki, serial: String(1_850_000_000 + devices.size) });
      devices.set(device.port, device);
      return view(device);
    }
    const device = devices.get(request.port);
    if (!device) throw new Error(`no device on port ${request.port}`);
    if (request.type === 'misbehave' && isFault(request.fault)) device.setFault(request.fault);
    else if (request.type === 'forget') device.revoke(request.posId);
    const seen = view(device);
    if (request.type === 'stop') await device.stop();
    else if (request.type === 'restart') await device.restart();
    return seen;
  }

  const server = createServer((request, response) => {
    void text(request)
      .then((body) => obey(deskRequestSchema.parse(JSON.parse(body))))
      .then(
        (seen) => response.end(JSON.stringify(seen)),
        (thrown) => response.writeHead(400).end(String(thrown)),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return {
    url: `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (const device of devices.values()) await device.stop();
    },
  };
}
