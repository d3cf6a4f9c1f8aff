import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { BlockList, createServer as createTcpServer, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Answer, errorResponse, renderAnswer, statusResponse } from './answers.ts';
import {
  behaviourFrom,
  DEFAULT_BEHAVIOUR,
  type DeviceBehaviour,
  type DeviceEvent,
  isOfType,
} from './behaviour.ts';
import { type CodeVerdict, SetupCodes } from './codes.ts';
import type { Fault } from './faults.ts';
import { FrontDoor, type Peer } from './front-door.ts';
import { createDeviceCertificate, createVendorPki, type VendorPki } from './identity.ts';
import { type ConnectionRecord, Journal, type ReceivedMessage } from './journal.ts';
import { warmKeyRing } from './keys.ts';
import { type IssuedCertificate, Ledger, type LedgerState } from './ledger.ts';
import { type CertifiedKey, loadCertifiedKey, type StoredKey, storeCertifiedKey } from './pki.ts';
import {
  fieldOf,
  type HttpAnswer,
  headOf,
  MAX_REQUEST_BYTES,
  type PairingRequest,
  pairingRequestIn,
  readBody,
  rejectUpgrade,
  reply,
  replyWith,
} from './requests.ts';
import { createTlsProfile } from './tls-profile.ts';

export type { AnswerFormat } from './answers.ts';
export type {
  DeviceBehaviour,
  DeviceEvent,
  ErrorAnswer,
  PosIdPolicy,
  SecondChannelPolicy,
} from './behaviour.ts';
export type { Fault } from './faults.ts';
export { createVendorPki, deviceDnsName, otherSerial, type VendorPki } from './identity.ts';
export type { ConnectionRecord, ReceivedMessage } from './journal.ts';
export type { ClientIssuer, ClientKeyType, IssuedCertificate } from './ledger.ts';

const DEFAULT_SERIAL = '1850012345';
const DEFAULT_CODE_LIFETIME_MS = 300_000;
const CLOSE_POLICY_VIOLATION = 1008;
const CLOSE_INTERNAL_ERROR = 1011;
const CLOSE_TRY_AGAIN_LATER = 1013;

export const STATE_WAITING = 'Generate POS Connection Code';
export const STATE_PAIRED = 'POS Activation Successful';

/** What a device keeps when its process ends. Holds private keys. */
export interface DeviceState {
  readonly vendor: { readonly root: StoredKey; readonly intermediate: StoredKey };
  readonly serial: string;
  readonly device: StoredKey;
  readonly ledger: LedgerState;
}

export interface SimulatedDeviceOptions extends Partial<DeviceBehaviour> {
  /** A loopback address, unless `beyondLoopback` is set. */
  readonly host?: string;
  /** Listens on any address. Only for a network of its own, such as a namespace that was made for it. */
  readonly beyondLoopback?: boolean;
  /** 0, the default: any free port. */
  readonly port?: number;
  readonly serial?: string;
  /** Several devices of one merchant share these. */
  readonly pki?: VendorPki;
  readonly fault?: Fault;
  readonly codeLifetimeMs?: number;
  /** The clock of the codes. Certificates always go by the real one, as the clients' TLS does. */
  readonly now?: () => number;
  readonly onEvent?: (event: DeviceEvent) => void;
  /** From `exportState()`; takes precedence over `pki` and `serial`. */
  readonly state?: DeviceState;
}

interface Refusal {
  readonly message: string;
  readonly developerDescription: string;
}

/** Starts a payment device in Local mode, as far as pairing and its channel go. */
export async function startSimulatedDevice(options: SimulatedDeviceOptions = {}): Promise<SimulatedDevice> {
  const host = options.host ?? '127.0.0.1';
  if (!options.beyondLoopback && !isLoopback(host))
    throw new Error(`The simulated device listens on loopback addresses only, not on ${host}.`);
  warmKeyRing();
  const { state } = options;
  const serial = state?.serial ?? options.serial ?? DEFAULT_SERIAL;
  const pki = state
    ? { root: loadCertifiedKey(state.vendor.root), intermediate: loadCertifiedKey(state.vendor.intermediate) }
    : (options.pki ?? (await createVendorPki()));
  const certificate = state ? loadCertifiedKey(state.device) : await createDeviceCertificate(pki, serial);
  const device = new SimulatedDevice({ ...options, host, serial, pki, certificate });
  await device.restart();
  return device;
}

interface Setup extends SimulatedDeviceOptions {
  readonly host: string;
  readonly serial: string;
  readonly pki: VendorPki;
  readonly certificate: CertifiedKey;
}

export class SimulatedDevice {
  readonly host: string;
  readonly serial: string;
  readonly pki: VendorPki;
  readonly #journal = new Journal();
  readonly #ledger: Ledger;
  readonly #codes: SetupCodes;
  readonly #listeners = new Set<(event: DeviceEvent) => void>();
  readonly #peers = new WeakMap<Duplex, Peer>();
  readonly #tcp = createTcpServer((socket) => void this.#frontDoor.accept(socket));
  readonly #frontDoor: FrontDoor;
  readonly #http: Server;
  readonly #webSockets = new WebSocketServer({ noServer: true, maxPayload: MAX_REQUEST_BYTES });
  #certificate: CertifiedKey;
  #behaviour: DeviceBehaviour;
  #port: number;
  #channel: WebSocket | null = null;
  #screen = STATE_WAITING;

  constructor(setup: Setup) {
    this.host = setup.host;
    this.serial = setup.serial;
    this.pki = setup.pki;
    this.#certificate = setup.certificate;
    this.#port = setup.port ?? 0;
    this.#behaviour = behaviourFrom(DEFAULT_BEHAVIOUR, setup);
    if (setup.onEvent) this.#listeners.add(setup.onEvent);
    this.#ledger = new Ledger(
      setup.pki,
      setup.serial,
      ({ posId, fingerprint }) => this.#emit({ type: 'certificate-revoked', posId, fingerprint }),
      setup.state?.ledger,
    );
    this.#codes = new SetupCodes({
      lifetimeMs: setup.codeLifetimeMs ?? DEFAULT_CODE_LIFETIME_MS,
      now: setup.now ?? Date.now,
      onNewCode: (code, expiresAt) => {
        this.#screen = STATE_WAITING;
        this.#emit({ type: 'code', code, expiresAt });
      },
    });
    this.#frontDoor = new FrontDoor({
      journal: this.#journal,
      ledger: this.#ledger,
      createProfile: (fault) =>
        createTlsProfile(fault, {
          vendor: this.pki,
          serial: this.serial,
          certificate: this.#certificate,
          announcedCas: this.#ledger.announcedCaPems(),
        }),
      onAdmitted: (socket, peer) => {
        if (peer) this.#peers.set(socket, peer);
        this.#http.emit('connection', socket);
      },
      onRefused: (record, reason) => {
        record.refused = reason;
        this.#emit({ type: 'connection-refused', reason, fingerprint: record.clientFingerprint });
      },
    });
    this.#frontDoor.fault = setup.fault ?? 'none';
    this.#http = createHttpServer((request, response) => void this.#onRequest(request, response));
    this.#http.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#http.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
  }

  get port(): number {
    return this.#port;
  }

  get addresses(): { readonly https: string; readonly wss: string } {
    const authority = `${isIP(this.host) === 6 ? `[${this.host}]` : this.host}:${this.#port}`;
    return { https: `https://${authority}`, wss: `wss://${authority}` };
  }

  get rootCaPem(): string {
    return this.pki.root.certificatePem;
  }

  get certificatePem(): string {
    return this.#certificate.certificatePem;
  }

  /** SHA-256 over the genuine device certificate, as node:crypto writes it. */
  get certificateFingerprint(): string {
    return this.#certificate.certificate.fingerprint256;
  }

  get code(): string {
    return this.#codes.current;
  }

  get codeExpiresAt(): number {
    return this.#codes.expiresAt;
  }

  /** The text on the device's screen. */
  get screen(): string {
    return this.#screen;
  }

  get fault(): Fault {
    return this.#frontDoor.fault;
  }

  get behaviour(): DeviceBehaviour {
    return this.#behaviour;
  }

  /** Whether a paired client's WebSocket is open. */
  get channelOpen(): boolean {
    return this.#channel !== null;
  }

  /** Every message and request body understood so far. */
  get received(): readonly ReceivedMessage[] {
    return this.#journal.received;
  }

  /** Every TCP connection so far, with what became of its TLS handshake. */
  get connections(): readonly ConnectionRecord[] {
    return this.#journal.connections;
  }

  /** POS ID → its newest certificate that has not been revoked. */
  get paired(): ReadonlyMap<string, IssuedCertificate> {
    return this.#ledger.paired;
  }

  /** Every client certificate ever issued, by fingerprint. */
  get issued(): ReadonlyMap<string, IssuedCertificate> {
    return this.#ledger.issued;
  }

  /** Whether a text, for example a setup code, has reached the device in a body, message, request line or header. */
  hasReceived(text: string): boolean {
    return this.#journal.contains(text);
  }

  clearJournal(): void {
    this.#journal.clear();
  }

  rotateCode(): string {
    return this.#codes.rotate();
  }

  /** Applies to new connections and to new requests on open ones. */
  setFault(fault: Fault): void {
    this.#frontDoor.fault = fault;
    this.#frontDoor.startOver();
  }

  configure(changes: Partial<DeviceBehaviour>): void {
    this.#behaviour = behaviourFrom(this.#behaviour, changes);
  }

  /** Makes the device forget a POS: its certificates are refused from the next connection on. */
  revoke(posId: string): void {
    this.#ledger.revoke(posId);
  }

  subscribe(listener: (event: DeviceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next event of a type. */
  nextEvent<T extends DeviceEvent['type']>(
    type: T,
    timeoutMs = 5000,
  ): Promise<Extract<DeviceEvent, { type: T }>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        unsubscribe();
        reject(new Error(`No event "${type}" within ${timeoutMs} ms.`));
      }, timeoutMs);
      const unsubscribe = this.subscribe((event) => {
        if (!isOfType(event, type)) return;
        clearTimeout(timer);
        unsubscribe();
        resolve(event);
      });
    });
  }

  /** Cuts every open connection without a goodbye and keeps listening. */
  dropConnections(): void {
    this.#frontDoor.dropConnections();
  }

  async stop(): Promise<void> {
    this.#codes.stop();
    if (!this.#tcp.listening) return;
    const closed = new Promise((resolve) => this.#tcp.close(resolve));
    this.dropConnections();
    await closed;
  }

  /** Starts again on the same port, running or stopped. Issued client certificates stay valid. */
  async restart({ newCertificate = false }: { newCertificate?: boolean } = {}): Promise<void> {
    await this.stop();
    if (newCertificate) {
      this.#certificate = await createDeviceCertificate(this.pki, this.serial);
      this.#frontDoor.forgetProfiles();
    }
    this.#frontDoor.startOver();
    this.#port = await listen(this.#tcp, this.host, this.#port);
    this.#codes.resume();
  }

  async exportState(): Promise<DeviceState> {
    return {
      vendor: {
        root: storeCertifiedKey(this.pki.root),
        intermediate: storeCertifiedKey(this.pki.intermediate),
      },
      serial: this.serial,
      device: storeCertifiedKey(this.#certificate),
      ledger: await this.#ledger.exportState(),
    };
  }

  #emit(event: DeviceEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  // ---- HTTP

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    const body = await readBody(request);
    if (body === null) {
      reply(response, 413, errorResponse('Request too large.', `More than ${MAX_REQUEST_BYTES} bytes.`));
      return;
    }
    const peer = this.#peers.get(request.socket);
    const message = this.#journal.receive(
      {
        transport: peer ? 'https' : 'http',
        method: request.method ?? '',
        url: request.url ?? '',
        text: body,
        clientFingerprint: peer?.record.clientFingerprint ?? null,
      },
      headOf(request),
    );
    if (!peer) {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>It works!</body></html>\n');
      return;
    }
    if (this.fault === 'silence-after-request') return;
    if (this.fault === 'close-after-request') {
      request.socket.destroy();
      return;
    }
    const early = this.#earlyHttpAnswer(peer);
    if (early) {
      replyWith(response, early);
      return;
    }
    if (request.method === 'POST' && request.url === '/') {
      await this.#pairOverHttps(message, response);
      return;
    }
    if (!this.#mayOperate(peer)) {
      reply(
        response,
        403,
        errorResponse('Access denied.', 'A client certificate issued by this device is required.'),
      );
    } else if (request.method === 'GET' && request.url === '/') {
      reply(response, 200, JSON.stringify({ status: 'Device connected', serial: this.serial }));
    } else {
      reply(response, 404, errorResponse('Not found.', `${request.method} ${request.url}`));
    }
  }

  /** Answers to any request or upgrade under a fault. */
  #earlyHttpAnswer(peer: Peer): HttpAnswer | null {
    if (this.fault === 'mtls-refused-http-403' && peer.certificate) {
      const body = errorResponse('Access denied.', 'The client certificate is not accepted.');
      return { status: 403, contentType: 'application/json', body };
    }
    if (this.fault === 'http-500')
      return { status: 500, contentType: 'text/plain', body: 'Internal Server Error' };
    if (this.fault === 'http-404-html')
      return {
        status: 404,
        contentType: 'text/html',
        body: '<!DOCTYPE html><html><head><title>404</title></head><body><h1>Not Found</h1></body></html>\n',
      };
    return null;
  }

  #mayOperate(peer: Peer): boolean {
    return peer.certificate !== null || this.fault === 'tls-only';
  }

  async #pairOverHttps(message: ReceivedMessage, response: ServerResponse): Promise<void> {
    const result = await this.#pair(message.json);
    if ('developerDescription' in result) {
      const { status, body } = this.#behaviour.errorAnswer;
      if (body === 'none') response.writeHead(status).end();
      else if (body === 'html')
        replyWith(response, {
          status,
          contentType: 'text/html',
          body: '<html><body><h1>Error</h1></body></html>',
        });
      else reply(response, status, errorResponse(result.message, result.developerDescription));
      return;
    }
    if (this.fault === 'mid-answer-close') {
      response.writeHead(200, {
        'content-type': result.contentType,
        'content-length': Buffer.byteLength(result.body),
      });
      response.write(firstHalf(result.body), () => response.destroy());
      return;
    }
    replyWith(response, { status: 200, ...result });
  }

  // ---- WebSocket

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#journal.note(headOf(request));
    const peer = this.#peers.get(socket);
    const early = peer && this.#earlyHttpAnswer(peer);
    if (!peer) rejectUpgrade(socket, 400, 'text/plain', 'No WebSocket here.');
    else if (early) rejectUpgrade(socket, early.status, early.contentType, early.body);
    else if (request.url !== '/')
      rejectUpgrade(socket, 404, 'application/json', errorResponse('Not found.', `Path ${request.url}`));
    else if (peer.certificate && this.#channel && this.#behaviour.secondChannel === 'http-409')
      rejectUpgrade(
        socket,
        409,
        'application/json',
        errorResponse('The device is in use.', 'Only one WebSocket channel is possible at a time.'),
      );
    else this.#webSockets.handleUpgrade(request, socket, head, (ws) => this.#onWebSocket(ws, peer));
  }

  #onWebSocket(ws: WebSocket, peer: Peer): void {
    ws.on('error', () => {});
    if (peer.certificate && !this.#openChannel(ws, peer.certificate.posId)) return;
    ws.on('message', (data, isBinary) => {
      const text = isBinary ? '' : data.toString();
      const message = this.#journal.receive({
        transport: 'wss',
        text,
        clientFingerprint: peer.record.clientFingerprint,
      });
      void this.#onMessage(ws, peer, message);
    });
  }

  #openChannel(ws: WebSocket, posId: string): boolean {
    if (this.#channel) {
      if (this.#behaviour.secondChannel !== 'replace-first') {
        ws.close(CLOSE_TRY_AGAIN_LATER, 'Only one channel at a time');
        return false;
      }
      this.#channel.close(CLOSE_TRY_AGAIN_LATER, 'Replaced by another channel');
    }
    this.#channel = ws;
    this.#emit({ type: 'channel-opened', posId });
    ws.on('close', () => {
      if (this.#channel === ws) this.#channel = null;
      this.#emit({ type: 'channel-closed', posId });
    });
    return true;
  }

  async #onMessage(ws: WebSocket, peer: Peer, { json }: ReceivedMessage): Promise<void> {
    if (this.fault === 'silence-after-request') return;
    if (this.fault === 'close-after-request') {
      ws.terminate();
      return;
    }
    const type = fieldOf(json, 'type');
    if (fieldOf(json, 'setupCode') !== undefined) {
      await this.#pairOverWss(ws, json);
    } else if (!this.#mayOperate(peer)) {
      send(ws, errorResponse('Access denied.', 'Without a client certificate only pairing is possible.'));
      ws.close(CLOSE_POLICY_VIOLATION);
    } else if (type === 'PrintReceiptRequest') {
      send(ws, statusResponse('Printing receipt…'));
      send(ws, JSON.stringify({ type: 'PrintReceiptResponse', message: 'Receipt printed successfully.' }));
    } else {
      const description = json === undefined ? 'The message is not JSON.' : `Unknown type: ${String(type)}`;
      send(ws, errorResponse('The request is not supported.', description));
    }
  }

  async #pairOverWss(ws: WebSocket, json: unknown): Promise<void> {
    if (this.fault === 'status-messages' || this.fault === 'slow-status') {
      for (const message of ['Checking the code…', 'Creating certificates…']) {
        send(ws, statusResponse(message));
        if (this.fault === 'slow-status')
          await delay(this.#behaviour.statusDelayMs, undefined, { ref: false });
      }
    }
    const result = await this.#pair(json);
    if ('developerDescription' in result) {
      const { body } = this.#behaviour.errorAnswer;
      if (body === 'error-response') send(ws, errorResponse(result.message, result.developerDescription));
      else if (body === 'html') send(ws, '<html><body><h1>Error</h1></body></html>');
      else ws.close(CLOSE_INTERNAL_ERROR);
    } else if (this.fault === 'mid-answer-close') {
      ws.send(firstHalf(result.body), { fin: false }, () => ws.terminate());
    } else {
      send(ws, result.body);
    }
  }

  // ---- Pairing

  async #pair(json: unknown): Promise<Answer | Refusal> {
    const request = pairingRequestIn(json);
    const refusal = request ? this.#refusalOf(request) : MALFORMED_REQUEST;
    if (refusal || !request) {
      const { developerDescription: reason } = refusal ?? MALFORMED_REQUEST;
      this.#emit({ type: 'pairing-refused', posId: request?.posId ?? null, reason });
      return refusal ?? MALFORMED_REQUEST;
    }
    const { posId, setupCode } = request;
    // Before anything asynchronous: of two simultaneous requests with one code only the first may succeed.
    this.#codes.use(setupCode);
    const fault = this.fault;
    const { answerFormat, clientIssuer, clientKey, newCodeAfterPairing } = this.#behaviour;
    const withIntermediate = answerFormat === 'with-intermediate';
    const credentials = await this.#ledger.issue({ posId, fault, clientIssuer, clientKey, withIntermediate });
    if (newCodeAfterPairing) this.#codes.rotate();
    this.#screen = STATE_PAIRED;
    this.#emit({ type: 'paired', posId, message: STATE_PAIRED });
    return renderAnswer(credentials, answerFormat, fault);
  }

  #refusalOf({ posId, setupCode }: PairingRequest): Refusal | null {
    if (this.fault === 'error-response')
      return { message: 'The POS could not be activated.', developerDescription: 'Simulated failure.' };
    const code = this.#codes.check(setupCode);
    if (code !== 'valid') return CODE_REFUSALS[code];
    const taken = this.#behaviour.posIdPolicy === 'reject' && this.#ledger.knows(posId);
    return taken || this.fault === 'pos-id-in-use' ? POS_ID_IN_USE : null;
  }
}

const MALFORMED_REQUEST: Refusal = {
  message: 'The request is not valid.',
  developerDescription: 'Expected a JSON object with the strings posId and setupCode.',
};

const POS_ID_IN_USE: Refusal = {
  message: 'The POS ID is already in use.',
  developerDescription: 'posId has been registered before.',
};

const CODE_REFUSALS: Readonly<Record<Exclude<CodeVerdict, 'valid'>, Refusal>> = {
  used: { message: 'The code has already been used.', developerDescription: 'setupCode was used before.' },
  expired: { message: 'The code has expired.', developerDescription: 'setupCode has expired.' },
  unknown: { message: 'The code is not valid.', developerDescription: 'setupCode is unknown.' },
};

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

function listen(server: ReturnType<typeof createTcpServer>, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function send(ws: WebSocket, text: string): void {
  if (ws.readyState === ws.OPEN) ws.send(text);
}

function firstHalf(text: string): string {
  return text.slice(0, Math.floor(text.length / 2));
}
