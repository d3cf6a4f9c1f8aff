import { createServer as createHttpServer, type Server } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  behaviourFrom,
  DEFAULT_BEHAVIOUR,
  type DeviceBehaviour,
  type DeviceEvent,
  isOfType,
  type ServerState,
  type StartUpCut,
} from './behaviour.ts';
import { Channel } from './channel.ts';
import { SetupCodes } from './codes.ts';
import type { Fault } from './faults.ts';
import { FrontDoor, type Peer } from './front-door.ts';
import { answerRequest } from './https-requests.ts';
import {
  createDeviceCertificate,
  createVendorPki,
  DEFAULT_BRAND,
  deviceDnsName,
  type VendorPki,
} from './identity.ts';
import { type ConnectionRecord, Journal, type ReceivedMessage, type TouchCounts } from './journal.ts';
import { pkcs8KeyPem, warmKeyRing } from './keys.ts';
import { type IssuedCertificate, Ledger, type LedgerState } from './ledger.ts';
import { Listener } from './listener.ts';
import { type OperationRecord, Operations } from './operations.ts';
import { PairingDesk } from './pairing-desk.ts';
import type { DeviceParts } from './parts.ts';
import { type CertifiedKey, loadCertifiedKey, type StoredKey, storeCertifiedKey } from './pki.ts';
import { Screen, STATE_PAIRED } from './screen.ts';
import { createTlsProfile } from './tls-profile.ts';

export type { AnswerFormat } from './answers.ts';
export type {
  DeviceBehaviour,
  DeviceEvent,
  ServerState,
} from './behaviour.ts';
export { SECOND_CHANNEL_POLICY_NAMES } from './channel-policies.ts';
export type { Fault } from './faults.ts';
export {
  createVendorPki,
  deviceDnsName,
  otherSerial,
  type VendorEnvironment,
  type VendorPki,
} from './identity.ts';
export type { ConnectionRecord, ReceivedMessage, TouchCounts } from './journal.ts';
export type { IssuedCertificate } from './ledger.ts';
export type { OperationRecord } from './operations.ts';

const DEFAULT_SERIAL = '1850012345';
const DEFAULT_CODE_LIFETIME_MS = 300_000;
/** Milliseconds the client of a pairing has to hang up by itself before the device goes away. */
const HANG_UP_MS = 1000;

/** What a device keeps when its process ends. Holds private keys. */
export interface DeviceState {
  readonly vendor: { readonly root: StoredKey; readonly intermediate: StoredKey };
  readonly serial: string;
  readonly brand: string;
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
  /** The middle label of the device's DNS name: `cybs` by default, `pgw` and others on white-label devices. */
  readonly brand?: string;
  /** Several devices of one merchant share these. */
  readonly pki?: VendorPki;
  readonly fault?: Fault;
  readonly codeLifetimeMs?: number;
  /** The clock of the codes. Certificates always go by the real one, as the clients' TLS does. */
  readonly now?: () => number;
  readonly onEvent?: (event: DeviceEvent) => void;
  /** From `exportState()`; takes precedence over `pki`, `serial` and `brand`. */
  readonly state?: DeviceState;
}

/** Starts a payment device in Local mode: its set-up screens, pairing and channel. */
export async function startSimulatedDevice(options: SimulatedDeviceOptions = {}): Promise<SimulatedDevice> {
  const host = options.host ?? '127.0.0.1';
  if (!options.beyondLoopback && !isLoopback(host))
    throw new Error(`The simulated device listens on loopback addresses only, not on ${host}.`);
  warmKeyRing();
  const { state } = options;
  const serial = state?.serial ?? options.serial ?? DEFAULT_SERIAL;
  const brand = state?.brand ?? options.brand ?? DEFAULT_BRAND;
  const pki = state
    ? { root: loadCertifiedKey(state.vendor.root), intermediate: loadCertifiedKey(state.vendor.intermediate) }
    : (options.pki ?? (await createVendorPki()));
  const certificate = state
    ? loadCertifiedKey(state.device)
    : await createDeviceCertificate(pki, { serial, brand });
  const device = new SimulatedDevice({ ...options, host, serial, brand, pki, certificate });
  await device.restart();
  return device;
}

interface Setup extends SimulatedDeviceOptions {
  readonly host: string;
  readonly serial: string;
  readonly brand: string;
  readonly pki: VendorPki;
  readonly certificate: CertifiedKey;
}

export class SimulatedDevice {
  readonly host: string;
  readonly serial: string;
  readonly brand: string;
  readonly #journal = new Journal();
  readonly #ledger: Ledger;
  readonly #codes: SetupCodes;
  readonly #listeners = new Set<(event: DeviceEvent) => void>();
  readonly #peers = new WeakMap<Duplex, Peer>();
  readonly #listener: Listener;
  readonly #frontDoor: FrontDoor;
  readonly #http: Server;
  readonly #channel: Channel;
  readonly #operations: Operations;
  readonly #screen: Screen;
  #pki: VendorPki;
  #certificate: CertifiedKey;
  #behaviour: DeviceBehaviour;
  #hangUp: NodeJS.Timeout | undefined;

  constructor(setup: Setup) {
    this.host = setup.host;
    this.serial = setup.serial;
    this.brand = setup.brand;
    this.#pki = setup.pki;
    this.#certificate = setup.certificate;
    this.#behaviour = behaviourFrom(DEFAULT_BEHAVIOUR, setup);
    if (setup.onEvent) this.#listeners.add(setup.onEvent);
    const parts: DeviceParts = {
      serial: setup.serial,
      journal: this.#journal,
      behaviour: () => this.#behaviour,
      fault: () => this.fault,
      emit: (event) => this.#emit(event),
    };
    this.#listener = new Listener(
      setup.host,
      setup.port ?? 0,
      (socket) => void this.#frontDoor.accept(socket),
      (state) => {
        this.#emit({ type: 'server', state });
        this.#screen.refresh();
      },
    );
    this.#screen = new Screen(
      this.#behaviour.activated,
      () => this.#listener.state,
      (text) => this.#emit({ type: 'screen', text }),
    );
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
        if (this.#behaviour.activated) this.#screen.show('code');
        this.#emit({ type: 'code', code, expiresAt });
      },
    });
    const desk = new PairingDesk(parts, this.#codes, this.#ledger, (posId, connection) =>
      this.#onPaired(posId, connection),
    );
    this.#operations = new Operations(parts);
    this.#channel = new Channel({
      parts,
      desk,
      operations: this.#operations,
      cuts: () => this.#cuts('after-upgrade'),
    });
    this.#frontDoor = new FrontDoor({
      journal: this.#journal,
      ledger: this.#ledger,
      behaviour: parts.behaviour,
      createProfile: (fault) =>
        createTlsProfile(fault, this.#behaviour, {
          vendor: this.#pki,
          label: this,
          certificate: this.#certificate,
          announcedCa: (issuer) => this.#ledger.announcedCaPem(issuer),
        }),
      cuts: (at) => this.#cuts(at),
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
    this.#http = createHttpServer((request, response) => {
      const peer = this.#peers.get(request.socket);
      void answerRequest(request, response, peer, parts, desk);
    });
    this.#http.on('upgrade', (request, socket, head) =>
      this.#channel.upgrade(request, socket, head, this.#peers.get(socket)),
    );
    this.#http.on('clientError', (_error, socket) => {
      this.#journal.countRequest();
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  get addresses(): { readonly https: string; readonly wss: string } {
    const authority = `${isIP(this.host) === 6 ? `[${this.host}]` : this.host}:${this.port}`;
    return { https: `https://${authority}`, wss: `wss://${authority}` };
  }

  /** The name in its certificate. */
  get dnsName(): string {
    return deviceDnsName(this.serial, this.brand);
  }

  get pki(): VendorPki {
    return this.#pki;
  }

  get rootCaPem(): string {
    return this.#pki.root.certificatePem;
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
    return this.#screen.text;
  }

  /** Whether its server for the POS runs. */
  get server(): ServerState {
    return this.#listener.state;
  }

  get fault(): Fault {
    return this.#frontDoor.fault;
  }

  get behaviour(): DeviceBehaviour {
    return this.#behaviour;
  }

  /** Whether a paired client's WebSocket is open. */
  get channelOpen(): boolean {
    return this.#channel.isOpen;
  }

  /** Every message and request body understood so far. */
  get received(): readonly ReceivedMessage[] {
    return this.#journal.received;
  }

  /** Every TCP connection so far, with what became of its TLS handshake. */
  get connections(): readonly ConnectionRecord[] {
    return this.#journal.connections;
  }

  /** How often it was touched so far, layer by layer. */
  get counts(): TouchCounts {
    return this.#journal.counts;
  }

  /** Every payment, refund and receipt asked for so far. */
  get operations(): readonly OperationRecord[] {
    return this.#operations.records;
  }

  /** POS ID → its newest certificate that has not been revoked. */
  get paired(): ReadonlyMap<string, IssuedCertificate> {
    return this.#ledger.paired;
  }

  /** Every client certificate ever issued, by fingerprint. */
  get issued(): ReadonlyMap<string, IssuedCertificate> {
    return this.#ledger.issued;
  }

  /** The private keys it has given away since it was started, in PKCS#8 PEM: for a test that searches for them. */
  get deliveredKeyPems(): readonly string[] {
    return this.#ledger.deliveredKeys.map(pkcs8KeyPem);
  }

  /** Whether a text, for example a setup code, has reached the device in a body, message, request line or header. */
  hasReceived(text: string): boolean {
    return this.#journal.contains(text);
  }

  /** Forgets `received`, `connections` and `counts`. */
  clearJournal(): void {
    this.#journal.clear();
  }

  /** A new code on its screen, as when the time of the old one is up. */
  rotateCode(): string {
    return this.#codes.rotate();
  }

  /** Shows a new code and takes pairings, whatever state the device is in. */
  async tapGenerateCode(): Promise<string> {
    if (!this.#behaviour.activated) throw new Error('The device is not activated.');
    this.configure({ demandsClientCertificate: false });
    if (this.server === 'away') await this.#listener.open();
    return this.#codes.rotate();
  }

  /** Leaves "POS Activation Successful" for Device Status. */
  tapClose(): void {
    this.#screen.tapClose();
    this.#codes.hide();
  }

  /** Connect Device on Device Status: connections are taken when this resolves, and served `startUpMs` later. */
  async tapConnectDevice(): Promise<void> {
    this.#screen.reachConnectDevice();
    this.#codes.hide();
    clearTimeout(this.#hangUp);
    await this.#listener.open(this.#behaviour.startUpMs);
  }

  /** A card is presented for the payment that waits for one (`payment: 'undecided'`). */
  finishPayment(decision: 'approved' | 'declined'): void {
    this.#operations.decide(decision);
  }

  /** Applies to new connections and to new requests on open ones. */
  setFault(fault: Fault): void {
    this.#frontDoor.fault = fault;
    this.#frontDoor.startOver();
  }

  /** Applies to new connections and requests. `activated: true` is the activation. */
  configure(changes: Partial<DeviceBehaviour>): void {
    const before = this.#behaviour;
    this.#behaviour = behaviourFrom(before, changes);
    if (!before.activated && this.#behaviour.activated) this.#codes.rotate();
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
    clearTimeout(this.#hangUp);
    this.#codes.stop();
    const closed = this.#listener.close('stopped');
    this.dropConnections();
    await closed;
  }

  /**
   * Starts again on the same port, in whatever state it was, and serves at once. Issued client certificates stay
   * valid. `pki`: the device certificate then comes from another Root CA of the vendor.
   */
  async restart({
    newCertificate = false,
    pki,
  }: {
    newCertificate?: boolean;
    pki?: VendorPki;
  } = {}): Promise<void> {
    await this.stop();
    if (newCertificate || pki) {
      this.#pki = pki ?? this.#pki;
      this.#certificate = await createDeviceCertificate(this.#pki, this);
      this.#frontDoor.forgetProfiles();
    }
    this.#frontDoor.startOver();
    await this.#listener.open();
    this.#codes.resume();
  }

  async exportState(): Promise<DeviceState> {
    return {
      vendor: {
        root: storeCertifiedKey(this.#pki.root),
        intermediate: storeCertifiedKey(this.#pki.intermediate),
      },
      serial: this.serial,
      brand: this.brand,
      device: storeCertifiedKey(this.#certificate),
      ledger: await this.#ledger.exportState(),
    };
  }

  #emit(event: DeviceEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  #cuts(at: StartUpCut): boolean {
    return this.server === 'starting' && this.#behaviour.startUpCut === at;
  }

  /** Called before the answer goes out: whoever reads it finds the device as it is from then on. */
  #onPaired(posId: string, connection: ConnectionRecord): void {
    const { afterPairing, connectsByItself, newCodeAfterPairing } = this.#behaviour;
    const leaves = afterPairing === 'away-until-connected';
    if (leaves) {
      this.#codes.hide();
      this.#goAway(connection);
    } else if (newCodeAfterPairing) this.#codes.rotate();
    this.#screen.show('success');
    this.#emit({ type: 'paired', posId, message: STATE_PAIRED });
    if (leaves && connectsByItself) {
      this.tapClose();
      void this.tapConnectDevice();
    }
  }

  /** `pairing`: the connection on which the answer has still to get out. */
  #goAway(pairing: ConnectionRecord): void {
    void this.#listener.close('away');
    this.#frontDoor.dropConnections(pairing);
    clearTimeout(this.#hangUp);
    this.#hangUp = setTimeout(() => this.dropConnections(), HANG_UP_MS);
    this.#hangUp.unref();
  }
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
