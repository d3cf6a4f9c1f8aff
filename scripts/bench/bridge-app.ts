/** The app's part in the bridge's benchmark: one pairing, and its bridge. */
import { randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { z } from 'zod';
import { BridgeStore } from '../../electron/core/bridge/bridge-store.ts';
import { Bridges } from '../../electron/core/bridge/bridges.ts';
import { later } from '../../electron/core/later.ts';
import { summarize } from '../../electron/core/pki/certificate.ts';
import { DEFAULT_HEARTBEAT } from '../../electron/core/status/monitor.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { deviceAddressSchema } from '../../shared/inputs.ts';
import { testRegister } from '../../tests/support/register.ts';
import { measure } from '../soak/figures.ts';

const told = z.object({
  address: deviceAddressSchema,
  serial: z.string(),
  rootPem: z.string(),
  intermediatePem: z.string(),
  devicePem: z.string(),
  clientPem: z.string(),
  own: z.object({ privateKeyPem: z.string(), certificateChainPem: z.string() }),
});
const [argument] = await once(process, 'message');
const device = told.parse(JSON.parse(String(argument)));
const register = testRegister(device.rootPem);
const id = randomUUID();
const of = (pem: string) => summarize(new X509Certificate(pem));
await register.vault.storePending(
  {
    id,
    posId: 'POS-1',
    name: '',
    watchLive: false,
    address: device.address,
    transport: 'wss',
    identity: { kind: 'serial', serial: device.serial },
    pairedAt: new Date().toISOString(),
    protection: 'mtls',
    proved: true,
    deviceCertificate: of(device.devicePem),
    clientCertificate: of(device.clientPem),
    clientIssuer: of(device.intermediatePem),
    trustAnchorFingerprint256: of(device.rootPem).fingerprint256,
    credentialNotes: [],
    lastCheck: null,
  },
  { ...device.own, issuerPem: device.intermediatePem },
);
register.vault.promote(id, {});
const bridges = new Bridges({
  context: register.context,
  store: new BridgeStore(register.documents, new StorageNotices()),
  autostart: undefined,
  statusOf: () => undefined,
  onTillConnected: () => {},
  onTillLeft: () => {},
  authorize: () => {},
  heartbeat: DEFAULT_HEARTBEAT,
  random: Math.random,
  later,
  tell: () => {},
});
const { view, token } = await bridges.configure(id, {
  on: true,
  port: '',
  origins: '',
  messageLimitKib: '1024',
});
process.send?.({
  bridgePort: view.settings.port,
  token,
  device: device.address,
  key: device.own.privateKeyPem,
  cert: device.own.certificateChainPem,
  ca: device.rootPem,
});
// A soak asks what it holds, and names how much was done.
process.on('message', (at) => {
  void measure(Number(at), 2).then((figures) => process.send?.(figures));
});
// Not longer than who asked for it.
process.on('disconnect', () => process.exit());
