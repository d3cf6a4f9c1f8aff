import { randomBytes, type X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import {
  type AlertGate,
  gateClientCertificates,
  type RefusalAlert,
  type ServerWriteSecret,
} from './alert-gate.ts';
import type { DeviceBehaviour } from './behaviour.ts';
import type { Fault } from './faults.ts';
import type { ConnectionRecord, Journal } from './journal.ts';
import type { IssuedCertificate, Ledger, PeerVerdict } from './ledger.ts';
import { profileKey, type TlsProfile } from './tls-profile.ts';

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
  readonly behaviour: () => DeviceBehaviour;
  readonly createProfile: (fault: Fault) => Promise<TlsProfile>;
  /** Whether connections are to be cut at this point, as the server has not started up yet. */
  readonly cuts: (at: 'after-accept' | 'after-handshake') => boolean;
  /** A connection on which HTTP may be spoken; without TLS there is no peer. */
  readonly onAdmitted: (socket: Duplex, peer: Peer | null) => void;
  readonly onRefused: (record: ConnectionRecord, reason: string) => void;
}

/** Takes TCP connections, speaks TLS (or not) and refuses client certificates that are not the device's own. */
export class FrontDoor {
  fault: Fault = 'none';
  readonly #options: FrontDoorOptions;
  readonly #sockets = new Map<Duplex, ConnectionRecord>();
  readonly #profiles = new Map<string, Promise<TlsProfile>>();
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

  dropConnections(except?: ConnectionRecord): void {
    for (const [socket, record] of this.#sockets) if (record !== except) socket.destroy();
  }

  async accept(raw: Socket): Promise<void> {
    const record = this.#options.journal.open(raw.remotePort);
    this.#track(raw, record);
    if (this.#options.cuts('after-accept')) {
      raw.destroy();
      return;
    }
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
    const key = profileKey(fault, this.#options.behaviour());
    const known = this.#profiles.get(key);
    if (known) return known;
    const made = this.#options.createProfile(fault);
    this.#profiles.set(key, made);
    return made;
  }

  #startTls(raw: Socket, profile: TlsProfile, record: ConnectionRecord): void {
    const gate = gateClientCertificates(raw, (chain) => this.#alertFor(chain, record));
    this.#track(gate.transport, record);
    const socket = new TLSSocket(gate.transport, {
      isServer: true,
      secureContext: profile.secureContext,
      requestCert: profile.requestCert,
      rejectUnauthorized: profile.demandsCert,
    });
    this.#track(socket, record);
    let serverSecret: Buffer | undefined;
    socket.on('keylog', (line: Buffer) => {
      const [label, , secret] = line.toString().trim().split(' ');
      if (label === 'SERVER_TRAFFIC_SECRET_0' && secret) serverSecret = Buffer.from(secret, 'hex');
    });
    socket.on('error', (error) => {
      record.error ??= error.message;
      if (/PEER_DID_NOT_RETURN_A_CERTIFICATE/i.test(String(Reflect.get(error, 'code'))))
        this.#options.onRefused(record, 'no-certificate');
    });
    socket.on('close', () => {
      if (record.handshake === 'started') record.handshake = 'failed';
    });
    socket.on('secure', () => {
      const writeSecret =
        socket.getProtocol() === 'TLSv1.3' && serverSecret
          ? { secret: serverSecret, suite: socket.getCipher().standardName }
          : null;
      void this.#onSecure(socket, record, gate, writeSecret);
    });
  }

  /** TLS 1.2: judged in the middle of the handshake. */
  async #alertFor(chain: readonly X509Certificate[], record: ConnectionRecord): Promise<RefusalAlert | null> {
    const [leaf, ...others] = chain;
    if (!leaf) return null;
    const verdict = await this.#judge(leaf, (issuer) => others.some(({ raw }) => raw.equals(issuer.raw)));
    const alert = this.#alert(verdict);
    if (!alert) return null;
    record.clientFingerprint = leaf.fingerprint256;
    record.clientSubject = leaf.subject;
    this.#options.onRefused(record, verdict);
    return alert;
  }

  async #judge(
    leaf: X509Certificate,
    presented: (issuer: X509Certificate) => boolean,
  ): Promise<PeerVerdict | Extract<Fault, `mtls-refused${string}`>> {
    const { fault } = this;
    const { knowsIntermediate, clockAheadMs } = this.#options.behaviour();
    const verdict = await this.#options.ledger.judge(leaf, {
      intermediatePresented: (issuer) => knowsIntermediate || presented(issuer),
      now: Date.now() + clockAheadMs,
    });
    return fault === 'mtls-refused' || fault === 'mtls-refused-alert' ? fault : verdict;
  }

  /** By which alert a certificate is refused; null for a silent close, or none at all. */
  #alert(verdict: string): RefusalAlert | null {
    const { strangers } = this.#options.behaviour();
    if (verdict === 'issued' || verdict === 'mtls-refused') return null;
    if (strangers !== 'close') return strangers;
    return verdict === 'mtls-refused-alert' ? 'certificate_unknown' : null;
  }

  async #onSecure(
    socket: TLSSocket,
    record: ConnectionRecord,
    gate: AlertGate,
    writeSecret: ServerWriteSecret | null,
  ): Promise<void> {
    const { ledger, onAdmitted, onRefused, cuts } = this.#options;
    record.handshake = 'completed';
    record.protocol = socket.getProtocol();
    const certificate = socket.getPeerX509Certificate();
    if (certificate) {
      record.clientFingerprint = certificate.fingerprint256;
      record.clientSubject = certificate.subject;
      // A resumed session was judged when it began, and remembers the leaf certificate only.
      const resumed = socket.isSessionReused();
      const verdict = await this.#judge(
        certificate,
        (issuer) => resumed || certificate.issuerCertificate?.raw.equals(issuer.raw) === true,
      );
      if (verdict !== 'issued') {
        onRefused(record, verdict);
        const alert = this.#alert(verdict);
        if (alert && writeSecret) gate.refuse(alert, writeSecret);
        else gate.admit();
        socket.destroy();
        return;
      }
    }
    gate.admit();
    if (cuts('after-handshake')) {
      socket.destroy();
      return;
    }
    if (!certificate) {
      onAdmitted(socket, { record, certificate: null });
      return;
    }
    // A certificate the device goes on to refuse has not been used successfully.
    const accepted = this.fault !== 'mtls-refused-http-403';
    const issued = accepted
      ? ledger.markUsed(certificate.fingerprint256)
      : ledger.issued.get(certificate.fingerprint256);
    onAdmitted(socket, { record, certificate: issued ?? null });
  }

  #track(socket: Duplex, record: ConnectionRecord): void {
    this.#sockets.set(socket, record);
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
