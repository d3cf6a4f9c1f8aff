import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';
import { hashPin } from '../../electron/core/access/pin-hash.ts';
import { required } from '../../electron/core/failure.ts';
import { parsePin } from '../../shared/manager.ts';
import { deviceDnsName } from '../simulator/device.ts';
import { pkcs8KeyPem } from '../simulator/keys.ts';
import { type CertifiedKey, createCa, DAY_MS, issueCertificate } from '../simulator/pki.ts';
import { CHEAP_SCRYPT } from '../support/manager.ts';
import { piecesOfKey } from '../support/secrets.ts';

export const SERIAL = '1850012345';

/** Valid inputs that the others are made of, and what of them is secret. Made once for a run, since keys take time. */
export interface Material {
  /** Answers of devices: a private key, its certificate, CAs. */
  readonly answers: readonly string[];
  /** Root CA files, base64. */
  readonly rootCaFiles: readonly string[];
  readonly rootPem: string;
  readonly intermediatePem: string;
  /** Certificates, base64 DER. */
  readonly certificates: readonly string[];
  readonly pinHash: string;
  /** Pieces of the keys of {@link answers} in several encodings; each is long enough to be no accident. */
  readonly keyPieces: readonly string[];
}

const { asn1 } = forge;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Certificates without a signer, as many programs export them (RFC 2315 section 9, degenerate case). */
function pkcs7(...certificates: readonly CertifiedKey[]): Buffer {
  const { Class, Type } = asn1;
  const universal = (type: forge.asn1.Type, value: string | forge.asn1.Asn1[]) =>
    asn1.create(Class.UNIVERSAL, type, Array.isArray(value), value);
  const explicit = (value: forge.asn1.Asn1[]) => asn1.create(Class.CONTEXT_SPECIFIC, Type.NONE, true, value);
  const oid = (text: string) => universal(Type.OID, asn1.oidToDer(text).getBytes());
  const signedData = universal(Type.SEQUENCE, [
    universal(Type.INTEGER, '\x01'),
    universal(Type.SET, []),
    universal(Type.SEQUENCE, [oid('1.2.840.113549.1.7.1')]),
    explicit(certificates.map(({ certificate }) => asn1.fromDer(certificate.raw.toString('binary')))),
    universal(Type.SET, []),
  ]);
  const content = universal(Type.SEQUENCE, [oid('1.2.840.113549.1.7.2'), explicit([signedData])]);
  return Buffer.from(asn1.toDer(content).getBytes(), 'binary');
}

/** Keys of kinds that devices should not have, each in a certificate and as PKCS#8. */
async function oddKeys(
  issuer: CertifiedKey,
): Promise<{ readonly privateKeyPem: string; readonly certificatePem: string; readonly der: Buffer }[]> {
  const pairs = [
    generateKeyPairSync('ed25519'),
    generateKeyPairSync('x25519'),
    generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha256',
      mgf1HashAlgorithm: 'sha256',
    }),
    generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }),
    generateKeyPairSync('ec', { namedCurve: 'secp224r1' }),
    generateKeyPairSync('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit' }),
  ];
  const { privateKey: another } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return Promise.all(
    pairs.map(async ({ publicKey, privateKey }) => {
      // What is returned as its private key is not looked at.
      const key = { publicKey, privateKey: another };
      const { certificatePem, certificate } = await issueCertificate({ commonName: 'odd', issuer, key });
      return { privateKeyPem: pkcs8KeyPem(privateKey), certificatePem, der: certificate.raw };
    }),
  );
}

export async function makeMaterial(): Promise<Material> {
  const root = await createCa({ commonName: 'Merchant Root CA' });
  const issuing = await createCa({ commonName: 'POS Issuing CA', issuer: root });
  const ecRoot = await createCa({ commonName: 'EC Root CA', keyType: 'ec' });
  const ecIssuing = await createCa({ commonName: 'EC Issuing CA', keyType: 'ec', issuer: ecRoot });
  const weak = await createCa({ commonName: 'Weak CA', keyBits: 1024 });
  const expired = await createCa({
    commonName: 'Old CA',
    keyType: 'ec',
    notBefore: new Date(Date.now() - 9 * DAY_MS),
    notAfter: new Date(Date.now() - DAY_MS),
  });
  const forClient = { commonName: '123', extendedKeyUsage: ['clientAuth'] };
  const pos = await issueCertificate({ ...forClient, issuer: issuing });
  const ec = await issueCertificate({ ...forClient, issuer: ecIssuing, keyType: 'ec' });
  const device = await issueCertificate({
    commonName: 'device',
    issuer: ecIssuing,
    keyType: 'ec',
    extendedKeyUsage: ['serverAuth'],
    dnsNames: [deviceDnsName(SERIAL), 'till.example'],
    ipAddresses: ['192.168.178.67'],
  });
  const lateAndPss = await issueCertificate({
    commonName: 'late',
    issuer: root,
    pss: true,
    notAfter: new Date('2060-01-01T00:00:00Z'),
  });
  const chain = (...all: readonly CertifiedKey[]) => all.map(({ certificatePem }) => certificatePem).join('');
  const encryptedKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString();
  const certified = pkcs7(root, issuing);
  const odd = await oddKeys(ecIssuing);
  const answers = [
    pos.privateKeyPem + chain(pos, issuing, root),
    ec.privateKeyPem + chain(ec, ecIssuing, ecRoot),
    pkcs8KeyPem(ec.key.privateKey) + chain(ec, ecIssuing, ecRoot),
    JSON.stringify({
      privateKey: ec.privateKeyPem,
      certificates: [ec, ecIssuing, ecRoot].map((c) => c.certificatePem),
    }),
    encryptedKey + chain(ec, ecIssuing),
    ec.privateKeyPem + device.privateKeyPem + chain(ec, ecIssuing),
    device.privateKeyPem + chain(ec, ecIssuing, ecRoot),
    ...odd.map(
      ({ privateKeyPem, certificatePem }) => privateKeyPem + certificatePem + chain(ecIssuing, ecRoot),
    ),
  ];
  return {
    answers,
    rootCaFiles: [
      ...[chain(root), chain(ecRoot), chain(root, issuing, ecRoot), chain(weak), chain(expired, ecRoot)].map(
        base64,
      ),
      base64(JSON.stringify({ certificateChain: chain(ecRoot, ecIssuing) })),
      Buffer.from(`\ufeff${chain(ecRoot)}`, 'utf16le').toString('base64'),
      ...[root, ecRoot, device].map(({ certificate }) => certificate.raw.toString('base64')),
      certified.toString('base64'),
      base64(`-----BEGIN PKCS7-----\n${certified.toString('base64')}\n-----END PKCS7-----\n`),
      base64(chain(root) + pos.privateKeyPem),
    ],
    rootPem: root.certificatePem,
    intermediatePem: issuing.certificatePem,
    certificates: [
      ...[device, ec, ecRoot, lateAndPss, issuing].map(({ certificate }) => certificate.raw),
      ...odd.map(({ der }) => der),
    ].map((der) => der.toString('base64')),
    pinHash: await hashPin(required(parsePin('295713')), CHEAP_SCRYPT),
    keyPieces: [pos, ec, device].flatMap(({ privateKeyPem }) => piecesOfKey(privateKeyPem)),
  };
}
