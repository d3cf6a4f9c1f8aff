import { createServer, type Socket } from 'node:net';
import type { Transport } from '../../../shared/inputs.ts';
import { acceptFor, textOfFrame } from '../../support/scripted-device.ts';
import { rightBlocks, rightLeaf } from '../answers/issued.ts';
import { device } from '../certificates.ts';
import { ISSUING } from '../chains/chain-case.ts';
import { close, frame, OPCODE } from '../frames.ts';
import { Gone, Tls13Peer } from '../tls13.ts';
import type { Fault } from './faults.ts';

/** The connections of a pairing: the first meeting, that of the code, those of the proof. */
export type Connection = 'meeting' | 'code' | 'proof';
/** Moments of a connection, in their order; from `request` on, HTTPS and WSS have different ones. */
export type Moment =
  | 'accepted'
  | 'client hello'
  | 'server hello'
  | 'certificate'
  | 'handshake'
  | 'ticket'
  | 'upgraded'
  | 'request'
  | 'half of the answer'
  | 'answer';

export interface Struck {
  readonly connection: Connection;
  readonly moment: Moment;
  readonly fault: Fault;
}

export interface WireDevice {
  readonly port: number;
  heard(): string;
  stop(): Promise<void>;
}

const CERTIFICATE_UNKNOWN = 46;
const SHOWN = device({ issuer: ISSUING });

/** Thrown by a fault after which nothing follows. */
class Over extends Error {}

/** A device that behaves, over a TLS of its own, up to the moment at which the fault strikes. */
export async function startWireDevice(struck: Struck, transport: Transport): Promise<WireDevice> {
  const heard: string[] = [];
  const open = new Set<Socket>();
  let connections = 0;

  const server = createServer((tcp) => {
    open.add(tcp);
    tcp.setNoDelay();
    connections += 1;
    const connection: Connection = connections === 1 ? 'meeting' : connections === 2 ? 'code' : 'proof';
    const peer = new Tls13Peer(tcp, {
      chain: [SHOWN.der, ISSUING.der],
      key: SHOWN.key.privateKey,
      asksForCertificate: connection === 'proof',
    });
    // Who meets nobody on its first connection looks again; it finds the same.
    const isStruck = struck.connection === connection || struck.connection === 'meeting';
    const at = async (moment: Moment) => {
      if (isStruck && struck.moment === moment && (await struck.fault.strike(peer)) === 'over')
        throw new Over();
    };
    serve(peer, connection, transport, at, heard).then(
      () => tcp.end(),
      (thrown: unknown) => {
        if (thrown instanceof Gone) tcp.destroy();
        else if (!(thrown instanceof Over)) throw thrown;
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : 0,
    heard: () => heard.join('\n'),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const tcp of open) tcp.destroy();
      }),
  };
}

type At = (moment: Moment) => Promise<void>;

async function serve(
  peer: Tls13Peer,
  connection: Connection,
  transport: Transport,
  at: At,
  heard: string[],
): Promise<void> {
  await at('accepted');
  await peer.readHello();
  await at('client hello');
  await peer.sayHello();
  await at('server hello');
  await peer.sayCertificate();
  await at('certificate');
  await peer.sayFinished();
  await peer.readFinished();
  await at('handshake');
  if (connection === 'proof' && !peer.clientCertificate?.equals(rightLeaf().der)) {
    await peer.alert(2, CERTIFICATE_UNKNOWN);
    return;
  }
  await peer.sayTicket();
  await at('ticket');
  if (connection === 'meeting') await peer.read();
  else if (transport === 'https') await answerPost(peer, connection, at, heard);
  else await answerMessage(peer, connection, at, heard);
  await peer.alert(1, 0);
}

async function readHead(peer: Tls13Peer): Promise<string> {
  let request = '';
  for (;;) {
    request += (await peer.read()).toString('latin1');
    const [head = '', body] = request.split('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (body !== undefined && body.length >= length) return request;
  }
}

async function answerPost(peer: Tls13Peer, connection: Connection, at: At, heard: string[]): Promise<void> {
  heard.push(await readHead(peer));
  await at('request');
  const body = connection === 'code' ? rightBlocks().join('') : 'Hello.';
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  await peer.write(answer.slice(0, answer.length / 2));
  await at('half of the answer');
  await peer.write(answer.slice(answer.length / 2));
  await at('answer');
}

async function answerMessage(
  peer: Tls13Peer,
  connection: Connection,
  at: At,
  heard: string[],
): Promise<void> {
  const accept = acceptFor(await readHead(peer));
  await peer.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  await at('upgraded');
  const message = await peer.read();
  heard.push(textOfFrame(message) ?? '');
  await at('request');
  if (connection === 'proof') {
    await peer.write(frame(OPCODE.pong));
    await at('answer');
    await peer.read();
    await peer.write(close(1000));
    return;
  }
  const answer = Buffer.from(rightBlocks().join(''));
  await peer.write(frame(OPCODE.text, answer.subarray(0, answer.length / 2), { fin: false }));
  await at('half of the answer');
  await peer.write(frame(OPCODE.continuation, answer.subarray(answer.length / 2)));
  await at('answer');
  await peer.write(close(1000));
}
