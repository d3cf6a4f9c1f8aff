import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { gateClientCertificates } from './alert-gate.ts';
import type { Fault } from './faults.ts';
import type { ConnectionRecord, Journal } from './journal.ts';
import type { IssuedCertificate, Ledger } from './ledger.ts';
import type { TlsProfile } from './tls-profile.ts';

const TLS_HANDSHAKE_RECORD = 0x16;

/** A client that got through the TLS handshake. */
export interface Peer {
  readonly record: ConnectionRecord;
  /** The certificate this client was let in by; null without one. */
  readonly certificate: IssuedCertificate | null;
}

export interface FrontDoorOptions {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly createProfile: (fault: Fault) => Promise<TlsProfile>;
  /** A connection on which HTTP may be spoken; without TLS there is no peer. */
  readonly onAdmitted: (socket: Duplex, peer: Peer | null) => void;
  readonly onRefused: (record: ConnectionRecord, reason: string) => void;
}

/** Takes TCP connections, speaks TLS (or not) and refuses client certificates that are not the device's own. */
export class FrontDoor {
  fault: Fault = 'none';
  readonly #options: FrontDoorOptions;
  readonly #sockets = new Set<Duplex>();
  readonly #profiles = new Map<Fault, Promise<TlsProfile>>();
  #clientHellos = 0;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
  }

  /** Counting for `swap-certificate-after-first-connection` begins anew. */
  startOver(): void {
    this.#clientHellos = 0;
  }

  forgetProfiles(): void {
    this.#profiles.clear();
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async accept(raw: Socket): Promise<void> {
    this.#track(raw);
    const record = this.#options.journal.open(raw.remotePort);
    const fault = this.fault;
    if (fault === 'garbage')
      raw.write(Buffer.concat([Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'), randomBytes(64)]));
    const first = await firstBytes(raw);
    if (!first) return;
    const speaksTls = first[0] === TLS_HANDSHAKE_RECORD;
    if (fault === 'garbage' || fault === 'silence') {
      raw.on('data', (chunk) => {
        if (!speaksTls) this.#receivePlain(chunk);
      });
    } else if (fault === 'plain-http') {
      this.#options.onAdmitted(raw, null);
    } else {
      if (speaksTls) record.handshake = 'started';
      else this.#receivePlain(first);
      const profile = await this.#profile(this.#identityFault());
      if (!raw.destroyed) this.#startTls(raw, profile, record);
    }
  }

  #receivePlain(chunk: Buffer): void {
    const text = chunk.toString('latin1');
    this.#options.journal.receive({ transport: 'tcp', text, clientFingerprint: null });
  }

  /** Counts client hellos, not handshakes: a client that breaks off after seeing the certificate has seen it. */
  #identityFault(): Fault {
    this.#clientHellos += 1;
    if (this.fault !== 'swap-certificate-after-first-connection') return this.fault;
    return this.#clientHellos > 1 ? 'other-serial' : 'none';
  }

  #profile(fault: Fault): Promise<TlsProfile> {
    const known = this.#profiles.get(fault);
    if (known) return known;
    const made = this.#options.createProfile(fault);
    this.#profiles.set(fault, made);
    return made;
  }

  #startTls(raw: Socket, profile: TlsProfile, record: ConnectionRecord): void {
    const onRefused = (): void => this.#options.onRefused(record, 'mtls-refused-alert');
    const transport = profile.gated ? gateClientCertificates(raw, onRefused) : raw;
    if (transport !== raw) this.#track(transport);
    const socket = new TLSSocket(transport, {
      isServer: true,
      secureContext: profile.secureContext,
      requestCert: profile.requestCert,
      // A certificate is never refused by it, only that there is none; what is presented is judged below.
      rejectUnauthorized: profile.demandsCert,
    });
    this.#track(socket);
    socket.on('error', (error) => {
      record.error ??= error.message;
    });
    socket.on('close', () => {
      if (record.handshake === 'started') record.handshake = 'failed';
    });
    socket.on('secure', () => void this.#onSecure(socket, record));
  }

  async #onSecure(socket: TLSSocket, record: ConnectionRecord): Promise<void> {
    const { ledger, onAdmitted, onRefused } = this.#options;
    record.handshake = 'completed';
    record.protocol = socket.getProtocol();
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) {
      onAdmitted(socket, { record, certificate: null });
      return;
    }
    record.clientFingerprint = certificate.fingerprint256;
    record.clientSubject = certificate.subject;
    const verdict = await ledger.judge(certificate);
    if (verdict !== 'issued' || this.fault === 'mtls-refused') {
      onRefused(record, this.fault === 'mtls-refused' ? 'mtls-refused' : verdict);
      socket.destroy();
      return;
    }
    // A certificate the device goes on to refuse has not been used successfully.
    const accepted = this.fault !== 'mtls-refused-http-403';
    const issued = accepted
      ? ledger.markUsed(certificate.fingerprint256)
      : ledger.issued.get(certificate.fingerprint256);
    onAdmitted(socket, { record, certificate: issued ?? null });
  }

  #track(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** Looks at what a client says first without taking it; null when it leaves without a word. */
function firstBytes(socket: Socket): Promise<Buffer | null> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve(null));
    socket.once('readable', () => {
      const chunk: unknown = socket.read();
      if (!Buffer.isBuffer(chunk)) {
        resolve(null);
        return;
      }
      socket.unshift(chunk);
      resolve(chunk);
    });
  });
}
