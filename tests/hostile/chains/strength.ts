import type { KeyPair } from '../../simulator/keys.ts';
import {
  authority,
  device,
  dsaKey,
  dsaSpkiWithoutParameters,
  ecKey,
  edKey,
  pssKey,
  rsaKey,
  type Signing,
  strangeSpki,
} from '../certificates.ts';
import { boring, differs, group, ISSUING, ROOT, type ShownChain, shown } from './chain-case.ts';

const deviceKey = (key: KeyPair): ShownChain => shown(device({ issuer: ISSUING, key }));
const issuingKey = (key: KeyPair, signing?: Signing): ShownChain => {
  const ca = authority({ subject: 'Vendor Issuing CA', key, issuer: ROOT });
  return shown(device({ issuer: ca, ...(signing && { signing }) }), [ca]);
};
const rootKey = (key: KeyPair, signing?: Signing): ShownChain => {
  const root = authority({ subject: 'Vendor Root CA', key, ...(signing && { signing }) });
  return shown(device({ issuer: root, ...(signing && { signing }) }), [], { roots: [root.der] });
};
/** Signed by RSA keys in this manner, at the device or at the issuing CA. */
const signed = (where: 'device' | 'issuing', signing: Signing): ShownChain => {
  const root = authority({ subject: 'Vendor Root CA', key: rsaKey('root') });
  const ca = authority({
    subject: 'Vendor Issuing CA',
    key: rsaKey('issuing'),
    issuer: root,
    ...(where === 'issuing' && { signing }),
  });
  const leaf = device({ issuer: ca, ...(where === 'device' && { signing }) });
  return shown(leaf, [ca], { roots: [root.der] });
};
const signedByEc = (signing: Signing): ShownChain => shown(device({ issuer: ISSUING, signing }));

export const STRENGTH = group('keys and signatures', [
  ['RSA 1024 at the device', 'device-certificate-weak', () => deviceKey(rsaKey('device', 1024))],
  ['RSA 512 at the issuing CA', 'device-certificate-weak', () => issuingKey(rsaKey('issuing', 512))],
  ['RSA 1024 at the issuing CA', 'device-certificate-weak', () => issuingKey(rsaKey('issuing', 1024))],
  [
    'RSA 2040 at the issuing CA',
    'device-certificate-weak',
    () => issuingKey(rsaKey('issuing', 2040)),
    differs('floor'),
  ],
  ['RSA 1024 at the root', 'root-ca-weak', () => rootKey(rsaKey('root', 1024))],
  ['RSA 2056 at the issuing CA', 'let-in', () => issuingKey(rsaKey('issuing', 2056))],
  ['RSA 4096 at the root', 'let-in', () => rootKey(rsaKey('root', 4096))],
  ['an RSA exponent of 3', 'let-in', () => issuingKey(rsaKey('issuing', 2048, 3))],
  ['P-384 at the device', 'let-in', () => deviceKey(ecKey('device', 'secp384r1'))],
  ['P-521 at the device', 'let-in', () => deviceKey(ecKey('device', 'secp521r1'))],
  [
    'P-384 and SHA-384 at the root',
    'let-in',
    () => rootKey(ecKey('root', 'secp384r1'), { digest: 'sha384' }),
  ],
  [
    'P-521 and SHA-512 at the root',
    'let-in',
    () => rootKey(ecKey('root', 'secp521r1'), { digest: 'sha512' }),
  ],
  [
    'P-224 at the issuing CA',
    'device-certificate-weak',
    () => issuingKey(ecKey('issuing', 'secp224r1')),
    differs('floor'),
  ],
  [
    'P-192 at the issuing CA',
    'device-certificate-weak',
    () => issuingKey(ecKey('issuing', 'prime192v1')),
    boring('device-issuer-unknown', 'unknown-algorithm'),
  ],
  [
    'secp256k1 at the issuing CA',
    'device-certificate-weak',
    () => issuingKey(ecKey('issuing', 'secp256k1')),
    boring('device-issuer-unknown', 'unknown-algorithm', 'floor'),
  ],
  [
    'brainpoolP256r1 at the issuing CA',
    'device-certificate-weak',
    () => issuingKey(ecKey('issuing', 'brainpoolP256r1')),
    boring('device-issuer-unknown', 'unknown-algorithm', 'floor'),
  ],
  ['P-224 at the root', 'root-ca-weak', () => rootKey(ecKey('root', 'secp224r1')), differs('floor')],
  ['Ed25519 at the device', 'let-in', () => deviceKey(edKey('device'))],
  ['Ed25519 at the issuing CA', 'let-in', () => issuingKey(edKey('issuing'))],
  ['Ed25519 at the root', 'let-in', () => rootKey(edKey('root'))],
  [
    'Ed448 at the issuing CA',
    'device-certificate-weak',
    () => issuingKey(edKey('issuing', 'ed448')),
    boring('device-issuer-unknown', 'unknown-algorithm', 'floor'),
  ],
  [
    'DSA at the issuing CA',
    'device-certificate-weak',
    () => issuingKey(dsaKey('issuing')),
    boring('device-issuer-unknown', 'unknown-algorithm', 'floor'),
  ],
  [
    'a DSA key without parameters at the issuing CA',
    'device-issuer-unknown',
    () => {
      const ca = authority({
        subject: 'Vendor Issuing CA',
        key: ecKey('issuing'),
        issuer: ROOT,
        spki: dsaSpkiWithoutParameters(),
      });
      // No library would load it.
      return shown(device({ issuer: ca }), [ca], { byHand: true });
    },
  ],
  [
    'a DSA key without parameters beside the chain',
    'let-in',
    () => {
      const other = authority({
        subject: 'Other CA',
        key: ecKey('other'),
        issuer: ROOT,
        spki: dsaSpkiWithoutParameters(),
      });
      return shown(device({ issuer: ISSUING }), [ISSUING, other], { byHand: true });
    },
  ],
  [
    'a key for RSA-PSS only at the issuing CA',
    'let-in',
    () => issuingKey(pssKey('issuing')),
    boring('device-issuer-unknown', 'unknown-algorithm'),
  ],
  [
    'a key for RSA-PSS only at the device',
    'tls-too-old',
    () => deviceKey(pssKey('device')),
    differs('not-offered'),
  ],
  [
    'a key of a kind that nobody knows',
    'device-certificate-invalid',
    () => {
      const leaf = device({ issuer: ISSUING, spki: strangeSpki() });
      return shown(leaf);
    },
  ],
  ['SHA-384 with RSA', 'let-in', () => signed('device', { digest: 'sha384' })],
  ['SHA-512 with RSA', 'let-in', () => signed('device', { digest: 'sha512' })],
  [
    'SHA-224 with RSA',
    'device-certificate-weak',
    () => signed('device', { digest: 'sha224' }),
    differs('floor'),
  ],
  ['SHA-1 with RSA at the device', 'device-certificate-weak', () => signed('device', { digest: 'sha1' })],
  [
    'SHA-1 with RSA at the issuing CA',
    'device-certificate-weak',
    () => signed('issuing', { digest: 'sha1' }),
  ],
  [
    'MD5 with RSA at the device',
    'device-certificate-weak',
    () => signed('device', { digest: 'md5' }),
    boring('device-issuer-unknown', 'unknown-algorithm'),
  ],
  [
    'MD5 with RSA at the issuing CA',
    'device-certificate-weak',
    () => signed('issuing', { digest: 'md5' }),
    boring('device-issuer-unknown', 'unknown-algorithm'),
  ],
  [
    'SHA-1 at the root’s own signature',
    'let-in',
    () => {
      const root = authority({ subject: 'Vendor Root CA', key: rsaKey('root'), signing: { digest: 'sha1' } });
      return shown(device({ issuer: root }), [], { roots: [root.der] });
    },
  ],
  [
    'MD5 at the root’s own signature',
    'let-in',
    () => {
      const root = authority({ subject: 'Vendor Root CA', key: rsaKey('root'), signing: { digest: 'md5' } });
      return shown(device({ issuer: root }), [], { roots: [root.der] });
    },
    boring('root-ca-bad-signature', 'unknown-algorithm'),
  ],
  ['SHA-1 with ECDSA', 'device-certificate-weak', () => signedByEc({ digest: 'sha1' })],
  ['SHA-224 with ECDSA', 'device-certificate-weak', () => signedByEc({ digest: 'sha224' }), differs('floor')],
  ['SHA-384 with ECDSA on P-256', 'let-in', () => signedByEc({ digest: 'sha384' })],
  ['RSA-PSS with SHA-256', 'let-in', () => signed('device', { pss: true })],
  ['RSA-PSS with SHA-384', 'let-in', () => signed('issuing', { pss: true, digest: 'sha384' })],
  ['RSA-PSS with SHA-512', 'let-in', () => signed('device', { pss: true, digest: 'sha512' })],
  [
    'RSA-PSS with SHA-1',
    'device-certificate-weak',
    () => signed('device', { pss: true, digest: 'sha1' }),
    boring('device-issuer-unknown', 'unknown-algorithm'),
  ],
  [
    'weak CAs beside a strong path',
    'device-certificate-invalid',
    () => {
      const double = authority({
        subject: 'Vendor Issuing CA',
        key: ecKey('issuing'),
        issuer: authority({ subject: 'Old', key: rsaKey('root', 1024) }),
      });
      return shown(device({ issuer: ISSUING }), [double, ISSUING]);
    },
  ],
]);
