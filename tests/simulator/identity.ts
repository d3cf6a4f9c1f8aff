import type { Fault } from './faults.ts';
import { generateKeyPair, sharedKey, takeKey, warmKeyRing } from './keys.ts';
import { type CertifiedKey, createCa, DAY_MS, issueCertificate } from './pki.ts';

const ROOT_NAME = 'Simulated Acceptance Devices Root CA';
const INTERMEDIATE_NAME = 'Simulated Acceptance Devices Issuing CA';
const ORGANIZATION = 'Simulated Payments';

/** The vendor's CAs. Share one among devices to save the time its keys take. */
export interface VendorPki {
  readonly root: CertifiedKey;
  readonly intermediate: CertifiedKey;
}

/** The vendor has a Root CA of its own for each. */
export type VendorEnvironment = 'live' | 'test';

export async function createVendorPki(environment: VendorEnvironment = 'live'): Promise<VendorPki> {
  const [rootKey, intermediateKey] = await Promise.all([generateKeyPair(), generateKeyPair()]);
  warmKeyRing();
  return await buildCas(rootKey, intermediateKey, environment);
}

let impostor: Promise<VendorPki> | undefined;

/** Made on demand, in the middle of a handshake: an RSA key could take longer than a client waits. */
const QUICK_KEY = { type: 'ec', curve: 'prime256v1' } as const;

/** CAs with the same names as any vendor PKI, and other keys. */
export function impostorPki(): Promise<VendorPki> {
  impostor ??= Promise.all([
    sharedKey('impostor root', QUICK_KEY),
    sharedKey('impostor intermediate', QUICK_KEY),
  ]).then(([root, intermediate]) => buildCas(root, intermediate));
  return impostor;
}

async function buildCas(
  rootKey: CertifiedKey['key'],
  intermediateKey: CertifiedKey['key'],
  environment: VendorEnvironment = 'live',
): Promise<VendorPki> {
  const suffix = environment === 'test' ? ' (Test)' : '';
  const root = await createCa({ commonName: ROOT_NAME + suffix, organization: ORGANIZATION, key: rootKey });
  const intermediate = await createCa({
    commonName: INTERMEDIATE_NAME + suffix,
    organization: ORGANIZATION,
    key: intermediateKey,
    issuer: root,
    pathLength: 0,
  });
  return { root, intermediate };
}

/** The middle label of the name in the vendor's own devices; white-label ones have `pgw` and others. */
export const DEFAULT_BRAND = 'cybs';

/** The DNS name by which the vendor's certificates identify a device. */
export function deviceDnsName(serial: string, brand = DEFAULT_BRAND): string {
  return `${serial}.${brand}.seclib.io`;
}

/** Who the device is. */
export interface DeviceLabel {
  readonly serial: string;
  readonly brand: string;
}

export async function createDeviceCertificate(pki: VendorPki, label: DeviceLabel): Promise<CertifiedKey> {
  return await certify(pki, label, await takeKey());
}

/** What a device has before its activation: signed by itself, and naming no serial number. */
export async function factoryIdentity({ key }: CertifiedKey): Promise<ServerIdentity> {
  const own = await issueCertificate({ commonName: 'Android Terminal', key });
  return { keyPem: own.privateKeyPem, chainPem: own.certificatePem };
}

export interface ServerIdentity {
  readonly keyPem: string;
  /** The device certificate, then what else is sent. */
  readonly chainPem: string;
}

/** What the device presents under a fault. Most faults concern the certificate only and keep the device's key. */
export async function identityFor(
  fault: Fault,
  pki: VendorPki,
  label: DeviceLabel,
  genuine: CertifiedKey,
): Promise<ServerIdentity> {
  const key = genuine.key;
  const certifyWith = (overrides: CertificateOverrides): Promise<CertifiedKey> =>
    certify(pki, label, key, overrides);
  const now = Date.now();
  switch (fault) {
    case 'wrong-issuer': {
      const unrelated = await impostorPki();
      return present(
        await certify(unrelated, label, await sharedKey('impostor device', QUICK_KEY)),
        unrelated,
      );
    }
    case 'expired':
      return present(
        await certifyWith({ notBefore: new Date(now - 400 * DAY_MS), notAfter: new Date(now - DAY_MS) }),
        pki,
      );
    case 'not-yet-valid':
      return present(
        await certifyWith({ notBefore: new Date(now + DAY_MS), notAfter: new Date(now + 400 * DAY_MS) }),
        pki,
      );
    case 'other-serial':
      return present(
        await certify(
          pki,
          { ...label, serial: otherSerial(label.serial) },
          await sharedKey('other device', QUICK_KEY),
        ),
        pki,
      );
    case 'no-server-auth-eku':
      return present(await certifyWith({ extendedKeyUsage: ['clientAuth'] }), pki);
    case 'leaf-only':
      return { keyPem: genuine.privateKeyPem, chainPem: genuine.certificatePem };
    case 'ip-san':
      return present(
        await certifyWith({ commonName: 'Terminal', dnsNames: [], ipAddresses: ['127.0.0.1'] }),
        pki,
      );
    case 'self-signed': {
      const own = await issueCertificate({ ...deviceSubject(label), key });
      return { keyPem: own.privateKeyPem, chainPem: own.certificatePem };
    }
    case 'no-identity':
      return present(
        await certifyWith({ commonName: 'other.example.test', dnsNames: ['other.example.test'] }),
        pki,
      );
    default:
      return present(genuine, pki);
  }
}

interface CertificateOverrides {
  readonly commonName?: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly extendedKeyUsage?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

function deviceSubject({ serial, brand }: DeviceLabel) {
  return {
    commonName: deviceDnsName(serial, brand),
    organization: ORGANIZATION,
    dnsNames: [deviceDnsName(serial, brand)],
    extendedKeyUsage: ['serverAuth'],
    keyUsage: ['digitalSignature', 'keyEncipherment'],
  } as const;
}

function certify(
  pki: VendorPki,
  label: DeviceLabel,
  key: CertifiedKey['key'],
  overrides: CertificateOverrides = {},
): Promise<CertifiedKey> {
  return issueCertificate({ ...deviceSubject(label), ...overrides, key, issuer: pki.intermediate });
}

function present(device: CertifiedKey, pki: VendorPki): ServerIdentity {
  return {
    keyPem: device.privateKeyPem,
    chainPem: device.certificatePem + pki.intermediate.certificatePem,
  };
}

/** The serial number a device under `other-serial` (or the swapped one) names. */
export function otherSerial(serial: string): string {
  return serial === '1850099999' ? '1850099998' : '1850099999';
}
