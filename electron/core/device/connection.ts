import { constants, type X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import {
  connect as connectTls,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import type { DeviceAddress } from '../../../shared/inputs.ts';
import { commonName } from '../../../shared/root-ca.ts';
import { ConnectionDiagnosis } from '../diagnostics/connection-diagnosis.ts';
import { Failure, failure } from '../failure.ts';
import {
  EKU_SERVER_AUTH,
  parseCertificate,
  sameCertificate,
  summarize,
  toPem,
  validityAt,
} from '../pki/certificate.ts';
import { type ChainResult, verifyChain } from '../pki/chain.ts';
import { clockLooksWrong } from '../pki/clock.ts';
import { recogniseForeignIssuer } from '../pki/foreign-issuer.ts';
import type { RootCa } from '../pki/root-ca.ts';
import { findWeakness } from '../pki/strength.ts';
import { cancellable } from './deadline.ts';
import { readIdentity, requireIdentity, statesWholeName } from './identity.ts';
import { handshakeFailure, socketFailure } from './socket-errors.ts';

/** What every connection to a device is judged by. */
export interface Trust {
  /** The device has to lead to one of them; the first that fits counts. */
  readonly rootCas: readonly RootCa[];
  /** Trusted as well, but not for this device: whoever leads to one of them is told apart from a stranger. */
  readonly otherRootCas?: readonly RootCa[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A moment that is surely over, in milliseconds since 1970, for the clock hint. */
  readonly knownPast: number;
}

export interface ClientCertificate {
  readonly privateKeyPem: string;
  readonly certificateChainPem: string;
}

export interface ConnectionOptions {
  readonly address: DeviceAddress;
  readonly trust: Trust;
  readonly signal: AbortSignal;
  /** A TCP connection to the address that is open already. It is closed here when anything fails. */
  readonly tcp?: Socket;
  /** Refuse any other device than this one. */
  readonly identity?: DeviceIdentity;
  /** Refuse any other device certificate than this one. */
  readonly pinnedCertificate?: X509Certificate;
  readonly clientCertificate?: ClientCertificate;
  /** Only this version of TLS; left out: 1.2 and 1.3. */
  readonly tlsVersion?: SecureVersion;
  /**
   * Wait until the device has let this register in. In TLS 1.3 it judges the client certificate, or that there is
   * none, only after the handshake (RFC 8446 section 4.4.2.4).
   */
  readonly awaitAdmission?: boolean;
  /** Called when the device has answered in TLS, before its certificate is judged. */
  readonly onHandshake?: () => void;
  /** Called when the other end has spoken TLS: it has sent its part of the keys, and has yet to prove anything. */
  readonly onServerHello?: () => void;
  /**
   * Called when, in TLS 1.2, the client certificate goes out within the handshake: the other end has sent its whole
   * part and signed it. In TLS 1.3 it goes out with the end of the handshake, when this resolves.
   */
  readonly onCertificateSent?: () => void;
}

/**
 * A TLS connection whose other end is proved. Only such a connection may carry application data; a client
 * certificate (never its key) has been presented before, within the handshake.
 */
export interface VerifiedConnection {
  readonly socket: TLSSocket;
  readonly certificate: X509Certificate;
  readonly identity: DeviceIdentity;
  /** The one it leads to. */
  readonly rootCa: RootCa;
}

/** Milliseconds for one address of a name: a device on Wi-Fi that has to wake up first takes about one second. */
const ADDRESS_ATTEMPT_MS = 1_500;

/** TLS 1.3, and of TLS 1.2 what has forward secrecy and authenticated encryption (RFC 9325 section 4.2). */
const CIPHER_SUITES = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/** Signatures within the handshake: none with SHA-1 (RFC 9155). */
const SIGNATURE_ALGORITHMS = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'ed25519',
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
];

/** Throws {@link Failure} as {@link socketFailure} names it, `timed-out` and `cancelled`. */
export function openTcp({ address, signal }: Pick<ConnectionOptions, 'address' | 'signal'>): Promise<Socket> {
  return cancellable(signal, 'the network connection', (resolve, reject) => {
    const socket = connectTcp({
      host: address.host,
      port: address.port,
      noDelay: true,
      // A name with A and AAAA records, one of them dead: each is tried (RFC 8305).
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    });
    socket.once('connect', () => resolve(socket));
    socket.on('error', (error) => reject(socketFailure(error)));
    return () => socket.destroy();
  });
}

/** The label of the keys of TLS 1.2, which the client makes when it has the whole flight of the other end. */
const TLS12_KEYS = 'CLIENT_RANDOM';

/**
 * How long a refusal after a TLS 1.3 handshake is waited for when no ticket comes: so many durations of that handshake,
 * within these limits in milliseconds. The lower one is for a device that is quick on the wire and slow to judge.
 */
const ADMISSION_ROUND_TRIPS = 2;
const ADMISSION_MS = { least: 150, most: 1_000 };

/**
 * What the library builds paths with. It would take an ended certificate here rather than its renewal that stands
 * beside it or that the device presents. Intermediates only help: without an anchor they prove nothing.
 */
function anchorsFor({ rootCas, now }: Trust): X509Certificate[] {
  const inDate = (certificate: X509Certificate) => validityAt(certificate, now()) === 'valid';
  const current = rootCas.filter(({ root }) => inDate(root));
  return (current.length > 0 ? current : rootCas).flatMap(({ root, intermediates }) => [
    root,
    ...intermediates.filter(inDate),
  ]);
}

interface Handshake {
  readonly socket: TLSSocket;
  /** The device's certificate and what issued it, when the library has found a path to a trust anchor. */
  readonly authorized: PeerCertificate | undefined;
}

function shakeHands(
  tcp: Socket,
  options: ConnectionOptions,
  diagnosis: ConnectionDiagnosis,
): Promise<Handshake> {
  const { address, trust, signal, clientCertificate, awaitAdmission, onServerHello, onCertificateSent } =
    options;
  return cancellable(signal, 'the TLS handshake', (resolve, reject) => {
    let authorized: PeerCertificate | undefined;
    const socket = connectTls({
      socket: tcp,
      // A host name is announced, an IP address never (RFC 6066 section 3).
      ...(isIP(address.host) ? {} : { servername: address.host }),
      // The trust anchors replace the system store.
      ca: anchorsFor(trust).map(toPem),
      minVersion: options.tlsVersion ?? 'TLSv1.2',
      ...(options.tlsVersion && { maxVersion: options.tlsVersion }),
      ciphers: CIPHER_SUITES.join(':'),
      sigalgs: SIGNATURE_ALGORITHMS.join(':'),
      // TLS 1.2 could show another certificate later; what was judged must stay. Node's disableRenegotiation() binds
      // servers only, and BoringSSL never renegotiates as a client unless it is told to.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      // Judged below, where the reason can be named and the serial number replaces the host check. No application
      // data is sent before that.
      rejectUnauthorized: false,
      // Node makes this of the chain for whomever it finds authorized; asking for it again would make it anew.
      checkServerIdentity: (_host, certificate) => {
        authorized = certificate;
        return undefined;
      },
      ...(clientCertificate && {
        key: clientCertificate.privateKeyPem,
        cert: clientCertificate.certificateChainPem,
      }),
    });
    diagnosis.follow(socket);
    const startedAt = performance.now();
    const seen = { serverHello: false, clientCertificate: clientCertificate !== undefined };
    let waiting: NodeJS.Timeout | undefined;
    const admitted = () => resolve({ socket, authorized });
    // The only sign of these moments that Node gives; the secrets that come along are not looked at.
    socket.on('keylog', (line) => {
      if (!seen.serverHello) {
        seen.serverHello = true;
        onServerHello?.();
      }
      if (line.subarray(0, TLS12_KEYS.length).toString('latin1') === TLS12_KEYS) onCertificateSent?.();
    });
    socket.once('secureConnect', () => {
      if (!awaitAdmission || socket.getProtocol() === 'TLSv1.2') return admitted();
      // A session ticket is sent to whom the server has let in. Not every server sends one, but a refusal arrives
      // within a round trip, and the handshake took one at least.
      socket.once('session', admitted);
      const handshakeMs = performance.now() - startedAt;
      const { least, most } = ADMISSION_MS;
      const waitMs = Math.min(Math.max(least, ADMISSION_ROUND_TRIPS * handshakeMs), most);
      // Timers come before the network in a turn of the event loop: a refusal may be there, and not yet told.
      waiting = setTimeout(() => setImmediate(admitted), waitMs);
    });
    socket.on('error', (error) => reject(handshakeFailure(error, seen)));
    socket.once('close', () => {
      clearTimeout(waiting);
      reject(failure('connection-lost', 'closed during the TLS handshake'));
    });
    return () => socket.destroy();
  });
}

/** More certificates than a device has any use for; each one costs signature checks, and anybody can send them. */
const MOST_PRESENTED = 10;

/** The device's certificate and what issued it, as far as each follows its subject; none when something is odd. */
function linkedChain(authorized: PeerCertificate | undefined): X509Certificate[] {
  const chain: X509Certificate[] = [];
  try {
    let peer: Partial<DetailedPeerCertificate> | undefined = authorized;
    for (let seen = 0; peer?.raw && seen < MOST_PRESENTED; seen += 1) {
      const certificate = parseCertificate(peer.raw);
      if (!certificate) return [];
      chain.push(certificate);
      peer = peer.issuerCertificate === peer ? undefined : peer.issuerCertificate;
    }
    return chain;
  } catch {
    return [];
  }
}

/**
 * The device's certificate and those after it that can be read, each once, in the order in which they were sent: also
 * what does not follow its subject, which RFC 8446 section 4.4.2 asks to accept. Only for what {@link linkedChain}
 * cannot prove: after this call Node never frees the certificates behind the first, 5 to 7 kB a connection (seen in Node 20 and in Electron).
 */
function presentedChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let peer = socket.getPeerX509Certificate();
  for (let seen = 0; peer && seen < MOST_PRESENTED; seen += 1) {
    const certificate = parseCertificate(peer.raw);
    if (!certificate) {
      if (seen === 0) throw failure('device-certificate-invalid', 'its certificate cannot be read');
    } else if (!chain.some((other) => sameCertificate(other, certificate))) chain.push(certificate);
    peer = peer.issuerCertificate;
  }
  return chain;
}

function issuerUnknown(presented: readonly X509Certificate[], detail: string): Failure {
  const foreign = recogniseForeignIssuer(presented);
  switch (foreign?.kind) {
    case 'resigned':
      return failure('device-certificate-resigned', detail, { params: { name: foreign.name } });
    case 'factory':
      return failure('device-not-activated', detail);
    case undefined:
      return failure('device-issuer-unknown', detail);
  }
}

interface Judged {
  readonly rootCa: RootCa;
  readonly chain: ChainResult;
}

function judgeUnder(
  rootCas: readonly RootCa[],
  [leaf, ...presented]: readonly [X509Certificate, ...X509Certificate[]],
  now: number,
): Judged[] {
  return rootCas.map((rootCa) => ({
    rootCa,
    chain: verifyChain({
      leaf,
      intermediates: [...presented, ...rootCa.intermediates],
      anchors: [rootCa.root],
      eku: EKU_SERVER_AUTH,
      now,
    }),
  }));
}

/** Throws `device-other-root-ca` when the very same device leads to another trusted Root CA now. */
function requireNotElsewhere(
  presented: readonly [X509Certificate, ...X509Certificate[]],
  { trust, identity, address }: ConnectionOptions,
): void {
  if (!identity || !trust.otherRootCas) return;
  const judged = judgeUnder(trust.otherRootCas, presented, trust.now());
  const elsewhere = judged.find(({ chain }) => chain.ok && !findWeakness(chain.path))?.rootCa.root;
  if (!elsewhere || !statesWholeName(presented[0], address.host, identity)) return;
  throw otherRootCa(elsewhere);
}

/** The very same device leads to this trusted Root CA now, and not to the one of its pairing. */
export function otherRootCa(root: X509Certificate): Failure {
  const { subject, fingerprint256 } = summarize(root);
  return failure('device-other-root-ca', `now under ${subject} ${fingerprint256}`, {
    params: { name: commonName(subject), fingerprint: fingerprint256 },
  });
}

interface Trusted {
  readonly certificate: X509Certificate;
  readonly rootCa: RootCa;
}

/** What this chain leads to when nothing is to be said against it. */
function provedBy(
  [leaf, ...others]: readonly X509Certificate[],
  { rootCas, now }: Trust,
): Trusted | undefined {
  if (!leaf) return undefined;
  const found = judgeUnder(rootCas, [leaf, ...others], now()).find(({ chain }) => chain.ok);
  return found?.chain.ok && !findWeakness(found.chain.path)
    ? { certificate: leaf, rootCa: found.rootCa }
    : undefined;
}

const requireTrusted = ({ socket, authorized }: Handshake, options: ConnectionOptions): Trusted =>
  provedBy(linkedChain(authorized), options.trust) ?? judgePresented(socket, options);

/** Names what is to be said against the device's chain. */
function judgePresented(socket: TLSSocket, options: ConnectionOptions): Trusted {
  const { trust } = options;
  const [leaf, ...intermediates] = presentedChain(socket);
  // There is no handshake without one: the connection has ended since.
  if (!leaf) throw failure('connection-lost', 'closed right after the TLS handshake');
  const now = trust.now();
  const judged = judgeUnder(trust.rootCas, [leaf, ...intermediates], now);
  const found = judged.find(({ chain }) => chain.ok) ?? judged.find(leadsSomewhere) ?? judged[0];
  if (!found?.chain.ok) requireNotElsewhere([leaf, ...intermediates], options);
  if (!found) throw issuerUnknown([leaf, ...intermediates], 'no Root CA is trusted for this device');
  const { chain, rootCa } = found;
  if (!chain.ok) {
    const { subject, issuer, validFrom, validTo } = summarize(chain.certificate);
    const detail = `${subject}, issued by ${issuer}, valid ${validFrom} to ${validTo}`;
    switch (chain.problem) {
      case 'issuer-unknown':
        throw issuerUnknown(
          [leaf, ...intermediates],
          `${detail}; ${intermediates.length} further certificates presented`,
        );
      case 'purpose':
        throw failure('device-certificate-purpose', detail);
      default:
        throw failure(`device-certificate-${chain.problem}`, detail, {
          params: { date: chain.problem === 'expired' ? validTo : validFrom },
          clockSuspect: clockLooksWrong(now, trust.knownPast, Date.parse(rootCa.root.validTo)),
        });
    }
  }
  const weakness = findWeakness(chain.path);
  if (weakness) {
    const { subject } = summarize(weakness.certificate);
    throw failure('device-certificate-weak', `${subject}: ${weakness.reason}`, {
      params: { subject, reason: weakness.reason },
    });
  }
  // The library's own path validation has the last word: it also knows name constraints.
  if (!socket.authorized) throw refusedByLibrary(socket, [leaf, ...intermediates], now);
  return { certificate: leaf, rootCa };
}

/** The library tries one path only, and purposes all along it: what it objects to may not be in the path found here. */
function refusedByLibrary(socket: TLSSocket, presented: readonly X509Certificate[], now: number): Failure {
  const reason = String(socket.authorizationError);
  if (reason === 'INVALID_PURPOSE') return failure('device-certificate-purpose', reason);
  const validity = { CERT_HAS_EXPIRED: 'expired', CERT_NOT_YET_VALID: 'not-yet-valid' } as const;
  const lapsed = reason in validity ? validity[reason as keyof typeof validity] : undefined;
  const certificate = presented.find((each) => lapsed && validityAt(each, now) === lapsed);
  if (!lapsed || !certificate) return failure('device-certificate-invalid', reason);
  const { subject, validFrom, validTo } = summarize(certificate);
  return failure(`device-certificate-${lapsed}`, `${reason}: ${subject}`, {
    params: { date: lapsed === 'expired' ? validTo : validFrom },
  });
}

const leadsSomewhere = ({ chain }: Judged): boolean => !chain.ok && chain.problem !== 'issuer-unknown';

/**
 * Opens a TLS connection (>= 1.2) to a device and proves its other end before any application data is sent: chain to
 * one of the trust anchors and nothing else, dates, serverAuth, identity, and the pin when one is given. A client certificate is part of
 * the handshake: as TLS works, it (never its key) is presented before the device is judged. Throws {@link Failure}.
 */
export async function openConnection(options: ConnectionOptions): Promise<VerifiedConnection> {
  const diagnosis = new ConnectionDiagnosis(options);
  try {
    const connection = await openAndJudge(options, diagnosis);
    diagnosis.verified(connection.identity);
    return connection;
  } catch (thrown) {
    diagnosis.refused(thrown);
    throw thrown;
  }
}

async function openAndJudge(
  options: ConnectionOptions,
  diagnosis: ConnectionDiagnosis,
): Promise<VerifiedConnection> {
  const tcp = options.tcp ?? (await openTcp(options));
  try {
    const handshake = await shakeHands(tcp, options, diagnosis);
    const { socket } = handshake;
    options.onHandshake?.();
    const { certificate, rootCa } = requireTrusted(handshake, options);
    const identity = readIdentity(certificate, options.address.host);
    if (options.identity) requireIdentity(identity, options.identity, certificate);
    if (options.pinnedCertificate && !sameCertificate(certificate, options.pinnedCertificate)) {
      throw failure('device-changed', `now ${summarize(certificate).subject} ${certificate.fingerprint256}`);
    }
    return { socket, certificate, identity, rootCa };
  } catch (thrown) {
    tcp.destroy();
    if (thrown instanceof Failure) throw thrown;
    // What the other end sent is the only thing here that can surprise.
    throw failure('device-certificate-invalid', thrown instanceof Error ? thrown.message : String(thrown));
  }
}
