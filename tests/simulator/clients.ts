import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import https from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import type { SimulatedDevice } from './device.ts';

/** Plain Node clients for the simulator's own tests: they share no code with the product. */

export interface ClientIdentity {
  readonly key: string;
  readonly cert: string;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** RSA keys take their time on a busy machine. */
const TIMEOUT_MS = 6000;
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;

function target(device: SimulatedDevice) {
  return {
    host: device.host,
    port: device.port,
    ca: device.rootCaPem,
    servername: device.dnsName,
  };
}

/** Resolves once the handshake is done and the device certificate has been verified. */
export async function openTls(
  device: SimulatedDevice,
  options: Partial<ClientIdentity> & { minVersion?: 'TLSv1'; maxVersion?: 'TLSv1.2'; ciphers?: string } = {},
): Promise<TLSSocket> {
  const socket = connect({ ...target(device), ...options });
  await once(socket, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
  socket.on('error', () => {});
  return socket;
}

/** The certificate the device shows, verified or not. */
export async function peerCertificate(device: SimulatedDevice): Promise<PeerCertificate> {
  const socket = connect({ ...target(device), rejectUnauthorized: false });
  await once(socket, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const certificate = socket.getPeerCertificate(true);
  socket.destroy();
  return certificate;
}

export function request(
  device: SimulatedDevice,
  {
    method = 'POST',
    body,
    timeoutMs = TIMEOUT_MS,
    ...identity
  }: Partial<ClientIdentity> & { method?: string; body?: string; timeoutMs?: number },
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = {
      ...target(device),
      ...identity,
      method,
      path: '/',
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
    };
    const outgoing = https.request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          body: text,
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export function pairingBody(posId: string, setupCode: string): string {
  return JSON.stringify({ posId, setupCode });
}

export async function pairOverHttps(
  device: SimulatedDevice,
  posId = '123',
  setupCode = device.code,
  timeoutMs = TIMEOUT_MS,
): Promise<Reply> {
  return await request(device, { body: pairingBody(posId, setupCode), timeoutMs });
}

/** Every PEM block of a text with its label. */
export function pemBlocks(text: string): { label: string; pem: string }[] {
  return [...text.matchAll(PEM_BLOCK)].map((match) => ({ label: match[1] ?? '', pem: `${match[0]}\n` }));
}

/** Key and client certificate, with the intermediates to present along, of an answer in the documented order. */
export function identityIn(answer: string): ClientIdentity & { ca: string } {
  const [key, ...certificates] = pemBlocks(answer).map(({ pem }) => pem);
  const ca = certificates.at(-1);
  if (!key || !ca || certificates.length < 2) throw new Error(`No credentials in: ${answer}`);
  const isRoot = (pem: string): boolean => {
    const certificate = new X509Certificate(pem);
    return certificate.checkIssued(certificate);
  };
  return { key, cert: certificates.filter((pem) => !isRoot(pem)).join(''), ca };
}

/** A new code, used at once. */
export async function pairedIdentity(device: SimulatedDevice, posId = '123'): Promise<ClientIdentity> {
  const { body } = await pairOverHttps(device, posId, device.rotateCode());
  const { key, cert } = identityIn(body);
  return { key, cert };
}

export interface Channel {
  readonly ws: WebSocket;
  readonly messages: string[];
  next(): Promise<string>;
  /** The close code. */
  readonly closed: Promise<number>;
}

export async function openWebSocket(
  device: SimulatedDevice,
  identity: Partial<ClientIdentity> = {},
): Promise<Channel> {
  const options: ClientOptions = { ...target(device), ...identity };
  const ws = new WebSocket(`${device.addresses.wss}/`, options);
  const messages: string[] = [];
  const unread: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  ws.on('message', (data) => {
    const text = data.toString();
    messages.push(text);
    const reader = waiting.shift();
    if (reader) reader(text);
    else unread.push(text);
  });
  const closed = new Promise<number>((resolve) => ws.on('close', resolve));
  await new Promise((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
  });
  ws.on('error', () => {});
  const next = (): Promise<string> => {
    const ready = unread.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('No message.')), TIMEOUT_MS);
      waiting.push((text) => {
        clearTimeout(timer);
        resolve(text);
      });
    });
  };
  return { ws, messages, next, closed };
}

/** The first bytes a server says to a client hello or, given a text, to that text. */
export async function rawExchange(device: SimulatedDevice, text: string, waitMs = 300): Promise<string> {
  const socket = connectTcp(device.port, device.host);
  let heard = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  await once(socket, 'connect');
  socket.write(text);
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  socket.destroy();
  return heard;
}

/** The error of a promise that has to fail, as text with its code. */
export async function failureOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    return `${String(Reflect.get(error, 'code') ?? '')} ${error.message}`;
  }
  throw new Error('Expected a failure.');
}
