import type { X509Certificate } from 'node:crypto';
import type { Fault } from './faults.ts';
import { impostorPki, type VendorPki } from './identity.ts';
import { type KeyPair, type KeySpec, sharedKey, takeKey } from './keys.ts';
import {
  type CertifiedKey,
  createCa,
  DAY_MS,
  issueCertificate,
  loadCertifiedKey,
  type StoredKey,
  storeCertifiedKey,
} from './pki.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Who signs client certificates: an intermediate CA under the Root CA, or under a CA of the device's own. */
export type ClientIssuer = 'vendor-root' | 'device-ca';

/**
 * The CA certificates in an answer. `chain`: intermediate and Root CA; `issuer-only`: the CA that signed, without
 * the Root CA above it (`device-ca`: that CA itself signs); `none`.
 */
export type DeliveredCas = 'chain' | 'issuer-only' | 'none';

export type ClientKeyType = 'rsa-2048' | 'rsa-3072' | 'ec-p256' | 'ec-p384';

const CLIENT_KEYS: Readonly<Record<ClientKeyType, KeySpec>> = {
  'rsa-2048': { type: 'rsa', bits: 2048 },
  'rsa-3072': { type: 'rsa', bits: 3072 },
  'ec-p256': { type: 'ec', curve: 'prime256v1' },
  'ec-p384': { type: 'ec', curve: 'secp384r1' },
};

export interface IssueRequest {
  readonly posId: string;
  readonly fault: Fault;
  readonly clientIssuer: ClientIssuer;
  readonly clientKey: ClientKeyType;
  readonly delivers: DeliveredCas;
  readonly clockAheadMs: number;
}

/** What an answer carries, before it has a form. */
export interface Credentials {
  readonly privateKeys: readonly KeyPair['privateKey'][];
  /** Absent under the fault `no-client-cert`. */
  readonly clientCertificatePem: string | null;
  /** The issuer first, the top last. */
  readonly caCertificatePems: readonly string[];
}

export interface IssuedCertificate {
  readonly posId: string;
  /** SHA-256 over the certificate, as node:crypto writes it. */
  readonly fingerprint: string;
  readonly certificatePem: string;
  readonly order: number;
  state: 'issued' | 'used' | 'revoked';
}

export type PeerVerdict =
  | 'issued'
  | 'revoked'
  | 'unknown'
  | 'intermediate-missing'
  | 'not-valid-now'
  | 'wrong-purpose';

export interface JudgeOptions {
  /** Whether the CA above the certificate came with it, or need not. */
  readonly intermediatePresented: (issuer: X509Certificate) => boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Issuers<T> = {
  readonly deviceCa: T;
  readonly deviceSubCa: T;
  readonly vendorSubCa: T;
};

export interface LedgerState {
  readonly issuers: Issuers<StoredKey>;
  readonly issued: readonly IssuedCertificate[];
}

/** The client certificates one device has issued, and whether one presented to it is among them. */
export class Ledger {
  readonly issued = new Map<string, IssuedCertificate>();
  /** The private keys it has given away since it was started. */
  readonly deliveredKeys: KeyPair['privateKey'][] = [];
  readonly #vendor: VendorPki;
  readonly #issuers: Promise<Issuers<CertifiedKey>>;
  readonly #onRevoked: (revoked: IssuedCertificate) => void;

  constructor(
    vendor: VendorPki,
    serial: string,
    onRevoked: (revoked: IssuedCertificate) => void,
    state?: LedgerState,
  ) {
    this.#vendor = vendor;
    this.#onRevoked = onRevoked;
    for (const entry of state?.issued ?? []) this.issued.set(entry.fingerprint, { ...entry });
    this.#issuers = state
      ? Promise.resolve(mapIssuers(state.issuers, loadCertifiedKey))
      : createIssuers(vendor, serial);
  }

  /** The CA that a TLS server names when it asks for a client certificate: the top only, no intermediate. */
  async announcedCaPem(clientIssuer: ClientIssuer): Promise<string> {
    if (clientIssuer === 'vendor-root') return this.#vendor.root.certificatePem;
    return (await this.#issuers).deviceCa.certificatePem;
  }

  async issue(request: IssueRequest): Promise<Credentials> {
    const { fault } = request;
    const { deviceCa, deviceSubCa, vendorSubCa } = await this.#issuers;
    const underDevice = request.clientIssuer === 'device-ca';
    const direct = underDevice && request.delivers !== 'chain';
    const issuer = underDevice ? (direct ? deviceCa : deviceSubCa) : vendorSubCa;
    const top = underDevice ? deviceCa : this.#vendor.root;
    const caCertificatePems = {
      chain: [issuer.certificatePem, top.certificatePem],
      'issuer-only': [issuer.certificatePem],
      none: [],
    }[request.delivers];

    const key = await takeKey(clientKeySpec(request));
    const client = await issueCertificate({
      commonName: request.posId,
      key,
      issuer: fault === 'unrelated-client-issuer' ? (await impostorPki()).intermediate : issuer,
      extendedKeyUsage: [fault === 'client-cert-no-client-auth' ? 'serverAuth' : 'clientAuth'],
      ...validityUnder(fault, request.clockAheadMs),
    });
    this.#enter(request.posId, client);
    const privateKeys = await deliveredKeys(fault, key);
    this.deliveredKeys.push(...privateKeys);
    return {
      privateKeys,
      clientCertificatePem: fault === 'no-client-cert' ? null : client.certificatePem,
      caCertificatePems:
        fault === 'no-client-cert' ? [issuer.certificatePem, top.certificatePem] : caCertificatePems,
    };
  }

  #enter(posId: string, client: CertifiedKey): void {
    const fingerprint = client.certificate.fingerprint256;
    this.issued.set(fingerprint, {
      posId,
      fingerprint,
      certificatePem: client.certificatePem,
      order: this.issued.size,
      state: 'issued',
    });
  }

  async judge(peer: X509Certificate, { intermediatePresented, now }: JudgeOptions): Promise<PeerVerdict> {
    const entry = this.issued.get(peer.fingerprint256);
    const trusted = Object.values(await this.#issuers).map((ca) => ca.certificate);
    const issuer = trusted.find((ca) => peer.checkIssued(ca) && peer.verify(ca.publicKey));
    if (!entry || !issuer) return 'unknown';
    if (!issuer.checkIssued(issuer) && !intermediatePresented(issuer)) return 'intermediate-missing';
    if (entry.state === 'revoked') return 'revoked';
    if (now < Date.parse(peer.validFrom) || now > Date.parse(peer.validTo)) return 'not-valid-now';
    return (peer.keyUsage ?? []).includes(CLIENT_AUTH) ? 'issued' : 'wrong-purpose';
  }

  /** The first use of a certificate ends the validity of the POS's earlier ones, and no sooner. */
  markUsed(fingerprint: string): IssuedCertificate | undefined {
    const entry = this.issued.get(fingerprint);
    if (!entry || entry.state === 'revoked') return entry;
    entry.state = 'used';
    for (const other of this.issued.values()) {
      if (other.posId !== entry.posId || other.order >= entry.order || other.state === 'revoked') continue;
      other.state = 'revoked';
      this.#onRevoked(other);
    }
    return entry;
  }

  revoke(posId: string): void {
    for (const entry of this.issued.values()) {
      if (entry.posId !== posId || entry.state === 'revoked') continue;
      entry.state = 'revoked';
      this.#onRevoked(entry);
    }
  }

  knows(posId: string): boolean {
    return [...this.issued.values()].some((entry) => entry.posId === posId && entry.state !== 'revoked');
  }

  /** POS ID → its newest certificate that has not been revoked. */
  get paired(): ReadonlyMap<string, IssuedCertificate> {
    return new Map(
      [...this.issued.values()]
        .filter((entry) => entry.state !== 'revoked')
        .map((entry) => [entry.posId, entry]),
    );
  }

  async exportState(): Promise<LedgerState> {
    const issuers = mapIssuers(await this.#issuers, storeCertifiedKey);
    return { issuers, issued: [...this.issued.values()] };
  }
}

async function createIssuers(vendor: VendorPki, serial: string): Promise<Issuers<CertifiedKey>> {
  // Keys in common with the other devices of this process save time. Nothing depends on them: whether a
  // certificate is the device's own is decided by the list of those it issued, too.
  const subCaKey = sharedKey('client issuing CA');
  const deviceCa = await createCa({
    commonName: `Simulated Device ${serial} Client CA`,
    key: await sharedKey('device client CA'),
  });
  const deviceSubCa = await createCa({
    commonName: `Simulated Device ${serial} Client Issuing CA`,
    issuer: deviceCa,
    pathLength: 0,
    key: await subCaKey,
  });
  const vendorSubCa = await createCa({
    commonName: 'Simulated Merchant POS Issuing CA',
    issuer: vendor.root,
    pathLength: 0,
    key: await subCaKey,
  });
  return { deviceCa, deviceSubCa, vendorSubCa };
}

function mapIssuers<A, B>(issuers: Issuers<A>, map: (issuer: A) => B): Issuers<B> {
  return {
    deviceCa: map(issuers.deviceCa),
    deviceSubCa: map(issuers.deviceSubCa),
    vendorSubCa: map(issuers.vendorSubCa),
  };
}

function clientKeySpec({ fault, clientKey }: IssueRequest): KeySpec {
  if (fault === 'weak-key') return { type: 'rsa', bits: 1024 };
  if (fault === 'weak-ec-key') return { type: 'ec', curve: 'secp224r1' };
  return CLIENT_KEYS[clientKey];
}

function validityUnder(fault: Fault, clockAheadMs: number): { notBefore?: Date; notAfter?: Date } {
  const now = Date.now();
  if (fault === 'expired-client-cert')
    return { notBefore: new Date(now - 400 * DAY_MS), notAfter: new Date(now - DAY_MS) };
  if (fault === 'future-client-cert')
    return { notBefore: new Date(now + DAY_MS), notAfter: new Date(now + 366 * DAY_MS) };
  // With a right clock, validity begins some time before the issue, as CAs do it.
  if (clockAheadMs > 0) return { notBefore: new Date(now + clockAheadMs) };
  return {};
}

async function deliveredKeys(fault: Fault, key: KeyPair): Promise<KeyPair['privateKey'][]> {
  if (fault === 'no-key') return [];
  if (fault === 'mismatched-key') return [(await sharedKey('mismatched client key')).privateKey];
  if (fault === 'two-keys') return [key.privateKey, (await sharedKey('mismatched client key')).privateKey];
  return [key.privateKey];
}
