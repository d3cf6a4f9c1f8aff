import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { VendorPki } from '../simulator/device.ts';
import type { CertifiedKey } from '../simulator/pki.ts';
import { startTlsServer } from './tls-server.ts';

/** A device that keeps what it is told and answers as it is asked to; the newest channel takes over. */
export async function startRecordingDevice(
  shown: CertifiedKey,
  pki: VendorPki,
  { port = 0, maxPayload = 32 * 1024 * 1024 } = {},
) {
  const server = await startTlsServer(shown, { chainPem: pki.intermediate.certificatePem, port });
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload });
  const received: string[] = [];
  const raw = new Set<Duplex>();
  let channel: WebSocket | undefined;
  let channels = 0;
  let onMessage = (_text: string, _channel: WebSocket) => {};
  let onChannel = (_channel: WebSocket) => {};
  server.server.on('upgrade', (request, socket, head) => {
    raw.add(socket);
    socket.once('close', () => raw.delete(socket));
    socket.on('error', () => {});
    webSockets.handleUpgrade(request, socket, head, (opened) => {
      channel?.close(1000, 'replaced');
      channel = opened;
      channels += 1;
      opened.on('error', () => {});
      opened.on('close', () => {
        if (channel === opened) channel = undefined;
      });
      opened.on('message', (data: Buffer) => {
        const text = data.toString();
        received.push(text);
        onMessage(text, opened);
      });
      onChannel(opened);
    });
  });
  return {
    address: server.address,
    /** Every text, in the order of arrival, over all channels. */
    received,
    get channel() {
      return channel;
    },
    /** How many channels were opened so far. */
    get channels() {
      return channels;
    },
    /** TLS connections that are open now. */
    open: server.open,
    onMessage: (then: typeof onMessage) => {
      onMessage = then;
    },
    onChannel: (then: typeof onChannel) => {
      onChannel = then;
    },
    /** Cuts every connection without a goodbye, as a device does that loses its power. */
    kill: () => {
      for (const socket of raw) socket.destroy();
    },
    /** Shows this to who connects from now on; what is open stays so. */
    show: ({ certificatePem, privateKeyPem }: CertifiedKey, { intermediate }: VendorPki) =>
      server.server.setSecureContext({
        key: privateKeyPem,
        cert: certificatePem + intermediate.certificatePem,
      }),
    stop: () => server.stop(),
  };
}
