import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { ClientCertificate } from '../../electron/core/device/connection.ts';
import type { Transport } from '../../shared/inputs.ts';
import type { SimulatedDevice } from '../../tests/simulator/device.ts';

/** Where a device is, and the Root CA it must lead to. */
export type Place = Pick<SimulatedDevice, 'host' | 'port' | 'rootCaPem'>;

const tlsOptions = ({ host, port, rootCaPem }: Place, own?: ClientCertificate) => ({
  host,
  port,
  ca: rootCaPem,
  // Its name says its serial number, not its address.
  checkServerIdentity: () => undefined,
  ...(own && { key: own.privateKeyPem, cert: own.certificateChainPem }),
});

/** One TLS handshake by Node alone, to the end of the connection. */
export async function handshake(place: Place, own?: ClientCertificate): Promise<void> {
  const socket = connect(tlsOptions(place, own));
  await once(socket, 'secureConnect');
  await hangUp(socket);
}

async function hangUp(socket: TLSSocket): Promise<void> {
  socket.resume();
  socket.end();
  await once(socket, 'close');
}

async function openChannel(place: Place, own?: ClientCertificate): Promise<WebSocket> {
  const socket = new WebSocket(`wss://${place.host}:${place.port}/`, {
    ...tlsOptions(place, own),
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  return socket;
}

async function closeChannel(socket: WebSocket): Promise<void> {
  socket.close();
  await once(socket, 'close');
}

async function ask(socket: WebSocket, message: object): Promise<string> {
  socket.send(JSON.stringify(message));
  const [answer] = await once(socket, 'message');
  return String(answer);
}

/** A request over a connection of its own; the answer's body. */
async function request(place: Place, head: string, body: string, own?: ClientCertificate): Promise<string> {
  const socket = connect(tlsOptions(place, own));
  await once(socket, 'secureConnect');
  socket.write(
    `${head} / HTTP/1.1\r\nHost: ${place.host}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  let text = '';
  for await (const piece of socket) text += String(piece);
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

function readKeys(answer: string): ClientCertificate {
  const text = answer.includes('\\n') ? answer.replaceAll('\\n', '\n') : answer;
  const blocks = text.match(/-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g) ?? [];
  const privateKeyPem = blocks.find((block) => block.includes('PRIVATE KEY'));
  if (!privateKeyPem) throw new Error('The device sent no key.');
  const certificates = blocks.filter((block) => block.includes('BEGIN CERTIFICATE'));
  return { privateKeyPem, certificateChainPem: certificates.slice(0, 2).join('\n') };
}

/** A stranger must be turned away: in TLS 1.3 that is told after the handshake. */
async function isTurnedAway(place: Place, stranger: ClientCertificate): Promise<boolean> {
  try {
    await closeChannel(await openChannel(place, stranger));
    return false;
  } catch {
    return true;
  }
}

/**
 * A whole pairing as the app makes it, by Node and ws alone and without any check: look at the certificate, send the
 * code, open the channel with the issued certificate, see a stranger turned away, ask for the state.
 */
export async function pairBarely(
  place: Place,
  transport: Transport,
  code: { readonly posId: string; readonly setupCode: string },
  stranger: ClientCertificate,
): Promise<void> {
  await handshake(place);
  let own: ClientCertificate;
  if (transport === 'https') own = readKeys(await request(place, 'POST', JSON.stringify(code)));
  else {
    const first = await openChannel(place);
    own = readKeys(await ask(first, code));
    await closeChannel(first);
  }
  if (transport === 'https') await request(place, 'GET', '', own);
  else {
    const channel = await openChannel(place, own);
    channel.ping();
    await once(channel, 'pong');
    await closeChannel(channel);
  }
  if (!(await isTurnedAway(place, stranger))) throw new Error('The device let a stranger in.');
  const channel = await openChannel(place, own);
  await ask(channel, { type: 'StatusRequest' });
  await closeChannel(channel);
}
