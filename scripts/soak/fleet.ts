/** A thousand devices on loopback addresses, which move and go away when told to. Knows TLS, which is all a check asks. */
import { createServer, type Server } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { z } from 'zod';
import { deviceDnsName } from '../../tests/simulator/device.ts';
import { generateKeyPair } from '../../tests/simulator/keys.ts';
import { createCa, issueCertificate } from '../../tests/simulator/pki.ts';

const orderSchema = z.union([
  z.object({ start: z.array(z.string()) }),
  /** Numbers of devices, and where each is from now on; null: nowhere. */
  z.object({ places: z.array(z.tuple([z.number(), z.string().nullable()])) }),
]);

const EC = { type: 'ec', curve: 'prime256v1' } as const;
const [serverKey, clientKey] = await Promise.all([generateKeyPair(EC), generateKeyPair(EC)]);
const root = await createCa({ commonName: 'Fleet root', keyType: 'ec' });
const intermediate = await createCa({
  commonName: 'Fleet intermediate',
  issuer: root,
  keyType: 'ec',
  pathLength: 0,
});
const client = await issueCertificate({
  commonName: 'POS',
  issuer: intermediate,
  key: clientKey,
  extendedKeyUsage: ['clientAuth'],
});

interface Device {
  readonly context: SecureContext;
  server: Server | undefined;
}
const devices: Device[] = [];
let port = 0;
let handshakes = 0;

const listen = (context: SecureContext, host: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((raw) => {
      handshakes += 1;
      const socket = new TLSSocket(raw, {
        isServer: true,
        secureContext: context,
        requestCert: true,
        rejectUnauthorized: false,
      });
      socket.on('error', () => socket.destroy());
      raw.on('error', () => socket.destroy());
      socket.on('end', () => socket.end());
      socket.resume();
    });
    server.once('error', reject);
    server.listen(port, host, 512, () => {
      const bound = server.address();
      if (port === 0 && typeof bound === 'object' && bound) port = bound.port;
      resolve(server);
    });
  });

const close = (server: Server | undefined): Promise<void> =>
  new Promise((resolve) => (server ? server.close(() => resolve()) : resolve()));

async function start(hosts: readonly string[]): Promise<object> {
  for (const [index, host] of hosts.entries()) {
    const { certificatePem, privateKeyPem } = await issueCertificate({
      commonName: 'device',
      issuer: intermediate,
      key: serverKey,
      extendedKeyUsage: ['serverAuth'],
      dnsNames: [deviceDnsName(String(1_850_000_000 + index))],
    });
    const context = createSecureContext({
      key: privateKeyPem,
      cert: certificatePem + intermediate.certificatePem,
    });
    devices.push({ context, server: await listen(context, host) });
  }
  return {
    port,
    rootPem: root.certificatePem,
    intermediatePem: intermediate.certificatePem,
    clientPem: client.certificatePem,
    keyPem: client.privateKeyPem,
  };
}

async function place(places: readonly (readonly [number, string | null])[]): Promise<object> {
  await Promise.all(places.map(([index]) => close(devices[index]?.server)));
  for (const [index, host] of places) {
    const device = devices[index];
    if (device) device.server = host === null ? undefined : await listen(device.context, host);
  }
  return { handshakes };
}

process.on('message', (message) => {
  const order = orderSchema.parse(message);
  void ('start' in order ? start(order.start) : place(order.places)).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
