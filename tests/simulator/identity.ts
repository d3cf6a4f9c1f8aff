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

export async function createVendorPki(): Promise<VendorPki> {
  const [rootKey, intermediateKey] = await Promise.all([generateKeyPair(), generateKeyPair()]);
  warmKeyRing();
  return await buildCas(rootKey, intermediateKey);
}

let impostor: Promise<VendorPki> | undefined;

/** CAs with the same names as any vendor PKI, and other keys. */
export function impostorPki(): Promise<VendorPki> {
  impostor ??= Promise.all([sharedKey('impostor root'), sharedKey('impostor intermediate')]).then(
    ([root, intermediate]) => buildCas(root, intermediate),
  );
  return impostor;
}

async function buildCas(
  rootKey: CertifiedKey['key'],
  intermediateKey: CertifiedKey['key'],
): Promise<VendorPki> {
  const root = await createCa({ commonName: ROOT_NAME, organization: ORGANIZATION, key: rootKey });
  const intermediate = await createCa({
    commonName: INTERMEDIATE_NAME,
    organization: ORGANIZATION,
    key: intermediateKey,
    issuer: root,
    pathLength: 0,
  });
  return { root, intermediate };
}

/** The DNS name by which the vendor's certificates identify a device. */
export function deviceDnsName(serial: string): string {
  return `${serial}.cybs.seclib.io`;
}

export async function createDeviceCertificate(pki: VendorPki, serial: string): Promise<CertifiedKey> {
  return await certify(pki, serial, await takeKey());
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
  serial: string,
  genuine: CertifiedKey,
): Promise<ServerIdentity> {
  const key = genuine.key;
  const certifyWith = (overrides: CertificateOverrides): Promise<CertifiedKey> =>
    certify(pki, serial, key, overrides);
  const now = Date.now();
  switch (fault) {
    case 'wrong-issuer': {
      const unrelated = await impostorPki();
      return present(await certify(unrelated, serial, await sharedKey('impostor device')), unrelated);
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
      return present(await certify(pki, otherSerial(serial), await sharedKey('other device')), pki);
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
      const own = await issueCertificate({ ...deviceSubject(serial), key });
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

function deviceSubject(serial: string) {
  return {
    commonName: deviceDnsName(serial),
    organization: ORGANIZATION,
    dnsNames: [deviceDnsName(serial)],
    extendedKeyUsage: ['serverAuth'],
    keyUsage: ['digitalSignature', 'keyEncipherment'],
  } as const;
}

function certify(
  pki: VendorPki,
  serial: string,
  key: CertifiedKey['key'],
  overrides: CertificateOverrides = {},
): Promise<CertifiedKey> {
  return issueCertificate({ ...deviceSubject(serial), ...overrides, key, issuer: pki.intermediate });
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
