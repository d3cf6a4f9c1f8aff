import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { BridgeStore } from '../../electron/core/bridge/bridge-store.ts';
import { type BridgeChoice, Bridges, type BridgesParts } from '../../electron/core/bridge/bridges.ts';
import { later } from '../../electron/core/later.ts';
import type { News } from '../../electron/core/news.ts';
import { summarize } from '../../electron/core/pki/certificate.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import type { BridgeView } from '../../shared/bridge.ts';
import type { DeviceAddress } from '../../shared/inputs.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { VendorPki } from '../simulator/device.ts';
import type { issuePair } from './issued.ts';
import { testRegister } from './register.ts';

export const SERIAL = '1850012345';

export const choice = (change: Partial<BridgeChoice> = {}): BridgeChoice => ({
  on: true,
  port: '',
  origins: '',
  messageLimitKib: '1024',
  ...change,
});

/** A register with one proved pairing, and the bridges of it. */
export async function bridgeRig(
  pki: VendorPki,
  issued: Awaited<ReturnType<typeof issuePair>>,
  address: DeviceAddress,
  change: Partial<BridgesParts> = {},
) {
  const register = testRegister(pki.root.certificatePem);
  const id = randomUUID();
  const certificate = summarize(issued.client.certificate);
  const record: PairingRecord = {
    id,
    posId: 'POS-1',
    name: '',
    watchLive: false,
    address,
    transport: 'wss',
    identity: { kind: 'serial', serial: SERIAL },
    pairedAt: new Date().toISOString(),
    protection: 'mtls',
    proved: true,
    deviceCertificate: summarize(issued.device.certificate),
    clientCertificate: certificate,
    clientIssuer: summarize(pki.intermediate.certificate),
    trustAnchorFingerprint256: pki.root.certificate.fingerprint256,
    credentialNotes: [],
    lastCheck: null,
  };
  await register.vault.storePending(record, {
    ...issued.own,
    issuerPem: pki.intermediate.certificatePem,
  });
  register.vault.promote(id, {});
  const news: News[] = [];
  const listeners = new Set<() => void>();
  const notices = new StorageNotices();
  const bridges = new Bridges({
    context: register.context,
    store: new BridgeStore(register.documents, notices),
    autostart: undefined,
    statusOf: () => undefined,
    onTillConnected: () => {},
    onTillLeft: () => {},
    authorize: () => {},
    heartbeat: { everyMs: 15_000, pongWithinMs: 10_000 },
    random: () => 0.1,
    later,
    tell: (each) => {
      news.push(each);
      for (const listener of listeners) listener();
    },
    ...change,
  });
  const view = (): BridgeView => bridges.view(id);
  return {
    ...register,
    id,
    record,
    bridges,
    notices,
    news,
    view,
    port: () => view().settings.port ?? 0,
    /** Resolves once it holds; looks whenever something was told. */
    until: (wanted: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = () => {
          if (!wanted()) return;
          listeners.delete(look);
          setImmediate(resolve);
        };
        listeners.add(look);
        look();
      }),
    /** Switches it on and returns its first token. */
    async switchOn(more: Partial<BridgeChoice> = {}): Promise<string> {
      const { token } = await bridges.configure(id, choice(more));
      if (token === null) throw new Error('no token');
      return token;
    },
  };
}

export interface Ended {
  readonly code: number;
  readonly reason: string;
}

/** A till that is no page. */
export function till(
  port: number,
  token: string,
  { host = '127.0.0.1', headers = {} }: { host?: string; headers?: Record<string, string> } = {},
) {
  const socket = new WebSocket(`ws://${host}:${port}/`, {
    headers: { Authorization: `Bearer ${token}`, ...headers },
    perMessageDeflate: false,
    maxPayload: 64 * 1024 * 1024,
  });
  const received: string[] = [];
  socket.on('message', (data: Buffer) => received.push(data.toString()));
  // 'close' tells.
  socket.on('error', () => {});
  const ended = new Promise<Ended>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  return {
    socket,
    received,
    ended,
    opened: () => once(socket, 'open'),
    async close() {
      socket.close();
      await ended;
    },
  };
}
