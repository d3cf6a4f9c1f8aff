import { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { ClientCertificate } from '../../electron/core/device/connection.ts';
import type { VendorPki } from '../simulator/device.ts';
import type { CertifiedKey } from '../simulator/pki.ts';
import { acceptChannel, type ChannelEnd, startTlsServer } from './tls-server.ts';

/** How a device treats a client: within the handshake, in HTTP, or on the channel it has just opened. */
export type Manner =
  | 'answers'
  /** Opens the channel, sends a message and answers no ping. */
  | 'speaks-first'
  /** Takes what it is sent and says nothing. */
  | 'silent'
  | 'close-in-handshake'
  | 'reset-in-handshake'
  /** As soon as TLS has let the client in. */
  | 'close-behind'
  | { readonly alert: number }
  | { readonly alertBehind: number }
  | { readonly http: number; readonly body: string }
  | { readonly end: ChannelEnd };

interface StrictOptions {
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly own: ClientCertificate;
  readonly ours: Manner;
  readonly strangers: Manner;
}

/**
 * A TLS server that has one manner for our certificate and one for all others, over HTTPS and WSS. It has one channel,
 * which the newest takes over.
 */
export async function startStrictDevice(
  shown: CertifiedKey,
  pki: VendorPki,
  { maxVersion, own, ours, strangers }: StrictOptions,
) {
  const { fingerprint256 } = new X509Certificate(own.certificateChainPem);
  const manners = { ours, strangers };
  const mannerFor = (certificate: X509Certificate | undefined) =>
    certificate?.fingerprint256 === fingerprint256 ? manners.ours : manners.strangers;
  let afterAnswer = () => {};
  let requests = 0;
  let channel: Duplex | undefined;

  const server = await startTlsServer(shown, {
    chainPem: pki.intermediate.certificatePem,
    maxVersion,
    judge: (certificate) => {
      const manner = mannerFor(certificate);
      if (manner === 'close-in-handshake') return 'close';
      if (manner === 'reset-in-handshake') return 'reset';
      if (manner === 'close-behind') return manner;
      return typeof manner === 'object' && ('alert' in manner || 'alertBehind' in manner) ? manner : 'let-in';
    },
  });
  const certificates = new WeakMap<object, X509Certificate | undefined>();
  server.server.on('secureConnection', (socket) => certificates.set(socket, socket.getPeerX509Certificate()));
  server.server.on('request', (request, response) => {
    requests += 1;
    const manner = mannerFor(certificates.get(request.socket));
    if (manner === 'silent') return;
    const answer = typeof manner === 'object' && 'http' in manner ? manner : { http: 200, body: '' };
    response.writeHead(answer.http).end(answer.body);
  });
  server.server.on('upgrade', (request, socket) => {
    requests += 1;
    const manner = mannerFor(certificates.get(socket));
    socket.on('error', () => {});
    if (manner === 'silent') return;
    if (typeof manner === 'object' && 'http' in manner) {
      socket.end(
        `HTTP/1.1 ${manner.http} X\r\nContent-Length: ${manner.body.length}\r\nConnection: close\r\n\r\n${manner.body}`,
      );
      return;
    }
    const end = typeof manner === 'object' && 'end' in manner ? { end: manner.end } : {};
    acceptChannel(request, socket, { pongs: manner === 'answers', goodbyes: true, ...end });
    // {"type":"x"} as an unmasked text frame.
    if (manner === 'speaks-first')
      socket.write(Buffer.concat([Buffer.from([0x81, 12]), Buffer.from('{"type":"x"}')]));
    if (manner !== 'answers') return;
    channel?.destroy();
    channel = socket;
    const told = afterAnswer;
    afterAnswer = () => {};
    told();
  });

  return {
    address: server.address,
    stop: () => server.stop(),
    /** TLS connections that are open now. */
    open: server.open,
    /** HTTP requests and upgrades so far. */
    get requests() {
      return requests;
    },
    treatOurs: (manner: Manner) => {
      manners.ours = manner;
    },
    treatStrangers: (manner: Manner) => {
      manners.strangers = manner;
    },
    /** Called once, when the next channel has been opened and answered. */
    afterAnswer: (then: () => void) => {
      afterAnswer = then;
    },
  };
}
