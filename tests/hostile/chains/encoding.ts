import {
  attribute,
  authority,
  DEVICE_NAME,
  device,
  dnsName,
  EXT,
  ecKey,
  extension,
  named,
  RSA_SHA256,
  rsaKey,
} from '../certificates.ts';
import {
  bitString,
  boolean,
  contentOf,
  type Der,
  elementsOf,
  indefinite,
  integer,
  longLength,
  nothing,
  octetString,
  oid,
  printableString,
  sequence,
  set,
  tlv,
  utf8String,
  wrapped,
} from '../der.ts';
import { boring, differs, group, ISSUING, ROOT, type ShownChain, shown } from './chain-case.ts';

const good = () => device({ issuer: ISSUING });
/** The device's certificate as other bytes; the signature is no longer looked at by then, or still holds. */
const asBytes = (change: (der: Der) => Uint8Array): ShownChain => {
  const leaf = good();
  return { ...shown(leaf), chain: [change(leaf.der), ISSUING.der] };
};
/** Reshaped before it was signed, so that the signature holds. */
const reshaped = (reshape: (parts: Der[]) => Uint8Array[]): ShownChain =>
  shown(device({ issuer: ISSUING, reshape }));
const replacing = (at: number, by: (part: Der) => Uint8Array) => (parts: Der[]) =>
  parts.map((part, index) => (index === at ? by(part) : part));
const PART = {
  version: 0,
  serial: 1,
  algorithm: 2,
  issuer: 3,
  validity: 4,
  subject: 5,
  spki: 6,
  extensions: 7,
} as const;
const subject = (value: Der): ShownChain =>
  shown(device({ issuer: ISSUING, subject: sequence(set(attribute('2.5.4.3', value))) }));

export const ENCODING = group('encoding', [
  [
    'indefinite length around the certificate',
    'let-in',
    () => asBytes((der) => indefinite(0x30, contentOf(der))),
    boring('device-certificate-invalid', 'strict-der'),
  ],
  [
    'indefinite length around what is signed',
    'device-issuer-unknown',
    () =>
      asBytes((der) => {
        const [tbs = der, ...rest] = elementsOf(contentOf(der));
        return sequence(indefinite(0x30, contentOf(tbs)), ...rest);
      }),
    boring('device-certificate-invalid', 'strict-der'),
  ],
  [
    'indefinite length around the subject, and signed so',
    'let-in',
    () => reshaped(replacing(PART.subject, (part) => indefinite(0x30, contentOf(part)))),
    boring('device-certificate-invalid', 'strict-der'),
  ],
  [
    'a length in four bytes around the certificate',
    'let-in',
    () => asBytes((der) => longLength(0x30, contentOf(der))),
    boring('device-certificate-invalid', 'strict-der'),
  ],
  [
    'a length in four bytes around the subject, and signed so',
    'let-in',
    () => reshaped(replacing(PART.subject, (part) => longLength(0x30, contentOf(part)))),
    boring('device-certificate-invalid', 'strict-der'),
  ],
  [
    'bytes behind the certificate',
    'tls-failed',
    () => asBytes((der) => Buffer.concat([der, Buffer.from('more')])),
    boring('device-certificate-invalid', 'wording', 'handshake'),
  ],
  [
    'cut off in the middle',
    'device-certificate-invalid',
    () => asBytes((der) => der.subarray(0, der.length / 2)),
  ],
  ['one byte short', 'device-certificate-invalid', () => asBytes((der) => der.subarray(0, -1))],
  ['random bytes', 'device-certificate-invalid', () => asBytes((der) => Buffer.alloc(der.length, 0xa7))],
  [
    'PEM in place of DER',
    'device-certificate-invalid',
    () => asBytes((der) => Buffer.from(`-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n`)),
  ],
  [
    'an unreadable certificate behind the right ones',
    'device-certificate-invalid',
    () => {
      const leaf = good();
      return { ...shown(leaf), chain: [leaf.der, ISSUING.der, Buffer.alloc(99, 0xa7)] };
    },
    differs('handshake'),
  ],
  [
    'version 1 written out',
    'let-in',
    () => reshaped(replacing(PART.version, () => wrapped(0, integer(0)))),
    boring('device-certificate-invalid', 'strict-der'),
  ],
  [
    'version 2',
    'let-in',
    () => reshaped(replacing(PART.version, () => wrapped(0, integer(1)))),
    boring('device-certificate-invalid', 'strict-der'),
  ],
  [
    'version 4',
    'let-in',
    () => reshaped(replacing(PART.version, () => wrapped(0, integer(3)))),
    boring('device-certificate-invalid', 'strict-der'),
  ],
  [
    'version 128',
    'let-in',
    () => reshaped(replacing(PART.version, () => wrapped(0, integer(127)))),
    boring('device-certificate-invalid', 'strict-der'),
  ],
  ['a serial number of 0', 'let-in', () => shown(device({ issuer: ISSUING, serial: Buffer.from([0]) }))],
  [
    'a negative serial number',
    'let-in',
    () => shown(device({ issuer: ISSUING, serial: Buffer.from([0x80, 1]) })),
  ],
  [
    'a serial number of 40 bytes',
    'let-in',
    () => shown(device({ issuer: ISSUING, serial: Buffer.alloc(40, 0x33) })),
  ],
  [
    'a serial number of no bytes',
    'device-certificate-invalid',
    () => shown(device({ issuer: ISSUING, serial: Buffer.alloc(0) })),
  ],
  [
    'a serial number with needless zeros',
    'device-certificate-invalid',
    () => shown(device({ issuer: ISSUING, serial: Buffer.from([0, 0, 1]) })),
  ],
  [
    'another algorithm beside the signature than within',
    'device-issuer-unknown',
    () => shown(device({ issuer: ISSUING, outerAlgorithm: RSA_SHA256 })),
  ],
  [
    'another digest within than beside the signature',
    'device-issuer-unknown',
    () => reshaped(replacing(PART.algorithm, () => sequence(oid('1.2.840.10045.4.1')))),
  ],
  [
    'an algorithm that nobody knows',
    'device-issuer-unknown',
    () => {
      const odd = sequence(oid(EXT.unknown));
      return shown(
        device({ issuer: ISSUING, outerAlgorithm: odd, reshape: replacing(PART.algorithm, () => odd) }),
      );
    },
  ],
  [
    'parameters for ECDSA',
    'let-in',
    () => {
      const odd = sequence(oid('1.2.840.10045.4.3.2'), nothing());
      return shown(
        device({ issuer: ISSUING, outerAlgorithm: odd, reshape: replacing(PART.algorithm, () => odd) }),
      );
    },
  ],
  [
    'no parameters for RSA',
    'let-in',
    () => {
      const root = authority({ subject: 'Vendor Root CA', key: rsaKey('root') });
      const odd = sequence(oid('1.2.840.113549.1.1.11'));
      const leaf = device({
        issuer: root,
        outerAlgorithm: odd,
        reshape: replacing(PART.algorithm, () => odd),
      });
      return shown(leaf, [], { roots: [root.der] });
    },
  ],
  [
    'unused bits in the signature',
    'device-issuer-unknown',
    () => shown(device({ issuer: ISSUING, unusedSignatureBits: 3 })),
  ],
  [
    'criticality written as 1',
    'device-certificate-invalid',
    () =>
      shown(
        device({ issuer: ISSUING, more: [sequence(oid(EXT.unknown), boolean(1), octetString(integer(1)))] }),
      ),
  ],
  [
    'criticality false, written out',
    'let-in',
    () =>
      shown(
        device({ issuer: ISSUING, more: [sequence(oid(EXT.unknown), boolean(0), octetString(integer(1)))] }),
      ),
  ],
  [
    'a boolean of two bytes',
    'device-certificate-invalid',
    () =>
      shown(
        device({
          issuer: ISSUING,
          more: [sequence(oid(EXT.unknown), tlv(1, Buffer.from([0xff, 0xff])), octetString(integer(1)))],
        }),
      ),
  ],
  [
    'an extension without a value',
    'device-certificate-invalid',
    () => shown(device({ issuer: ISSUING, more: [sequence(oid(EXT.unknown))] })),
  ],
  [
    'an extension value in two parts',
    'device-certificate-invalid',
    () =>
      shown(
        device({
          issuer: ISSUING,
          san: sequence(
            oid(EXT.san),
            tlv(
              0x24,
              octetString(sequence(dnsName(DEVICE_NAME)).subarray(0, 9)),
              octetString(sequence(dnsName(DEVICE_NAME)).subarray(9)),
            ),
          ),
        }),
      ),
    differs('unreadable'),
  ],
  [
    'bytes behind the value of an extension',
    'let-in',
    () =>
      shown(
        device({
          issuer: ISSUING,
          more: [extension(EXT.unknown, Buffer.concat([integer(1), Buffer.from('more')]))],
        }),
      ),
  ],
  [
    'an object identifier of no bytes',
    'device-certificate-invalid',
    () => shown(device({ issuer: ISSUING, more: [sequence(tlv(6), octetString(integer(1)))] })),
  ],
  [
    'an object identifier of 2,000 bytes',
    'let-in',
    () =>
      shown(
        device({
          issuer: ISSUING,
          more: [sequence(tlv(6, Buffer.alloc(2000, 0x2a)), octetString(integer(1)))],
        }),
      ),
  ],
  ['a part too many', 'device-certificate-invalid', () => reshaped((parts) => [...parts, integer(1)])],
  [
    'unique identifiers of issuer and subject',
    'let-in',
    () =>
      reshaped((parts) => [
        ...parts.slice(0, PART.extensions),
        tlv(0x81, Buffer.from([0, 1])),
        tlv(0x82, Buffer.from([0, 2])),
        ...parts.slice(PART.extensions),
      ]),
  ],
  [
    'a part too few',
    'device-certificate-invalid',
    () => reshaped((parts) => parts.filter((_, at) => at !== PART.validity)),
  ],
  ['a subject in a BMPString', 'let-in', () => subject(tlv(0x1e, Buffer.from('device', 'utf16le').swap16()))],
  ['a subject in a TeletexString', 'let-in', () => subject(tlv(0x14, 'device'))],
  ['a subject in a UniversalString', 'let-in', () => subject(tlv(0x1c, Buffer.from([0, 0, 0, 0x64])))],
  [
    'a subject in broken UTF-8',
    'device-certificate-invalid',
    () => subject(tlv(0x0c, Buffer.from([0xc3, 0x28]))),
  ],
  [
    'a subject with characters not allowed in a PrintableString',
    'let-in',
    () => subject(printableString('de_vice*')),
  ],
  ['a subject in no string', 'device-certificate-invalid', () => subject(integer(5))],
  ['a subject with control characters', 'let-in', () => subject(utf8String('dev\u001b[31m\r\nice'))],
  ['a subject of 10,000 characters', 'let-in', () => subject(utf8String('d'.repeat(10_000)))],
  [
    'an issuer name in another string type than the CA has it',
    'let-in',
    () =>
      shown(
        device({
          issuer: {
            subject: sequence(set(attribute('2.5.4.3', printableString('Vendor Issuing CA')))),
            key: ISSUING.key,
          },
        }),
      ),
  ],
  [
    'an issuer name in other capitals than the CA has it',
    'let-in',
    () => shown(device({ issuer: { subject: named('VENDOR issuing ca'), key: ISSUING.key } })),
  ],
  [
    'an RSA key of an even modulus',
    'tls-failed',
    () => {
      const modulus = Buffer.alloc(257, 0xfe);
      modulus[0] = 0;
      const key = bitString(sequence(integer(modulus), integer(Buffer.from([1, 0, 1]))));
      return {
        ...shown(
          device({ issuer: ISSUING, spki: sequence(sequence(oid('1.2.840.113549.1.1.1'), nothing()), key) }),
        ),
        byHand: true,
      };
    },
    differs('handshake'),
  ],
  [
    'an EC point that is not on its curve',
    'device-certificate-invalid',
    () => {
      const point = bitString(Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]));
      const curve = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'));
      return shown(device({ issuer: ISSUING, spki: sequence(curve, point) }));
    },
  ],
  [
    'an EC key with a curve of its own',
    'device-certificate-invalid',
    () => {
      const ca = authority({
        subject: 'Vendor Issuing CA',
        key: ecKey('issuing'),
        issuer: ROOT,
        spki: explicitCurve(),
      });
      return shown(device({ issuer: ca }), [ca]);
    },
    boring('device-issuer-unknown', 'unknown-algorithm'),
  ],
]);

/** P-256 with its parameters written out (RFC 3279 section 2.3.5), which RFC 5480 forbids. */
function explicitCurve(): Der {
  const jwk = ecKey('issuing').publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([
    Buffer.from([4]),
    ...[jwk.x, jwk.y].map((part) => Buffer.from(part ?? '', 'base64url')),
  ]);
  const hex = (text: string) => Buffer.from(text, 'hex');
  const p = hex('00ffffffff00000001000000000000000000000000ffffffffffffffffffffffff');
  const a = hex('ffffffff00000001000000000000000000000000fffffffffffffffffffffffc');
  const b = hex('5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b');
  const g = hex(
    '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  );
  const n = hex('00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
  const parameters = sequence(
    integer(1),
    sequence(oid('1.2.840.10045.1.1'), integer(p)),
    sequence(octetString(a), octetString(b)),
    octetString(g),
    integer(n),
    integer(1),
  );
  return sequence(sequence(oid('1.2.840.10045.2.1'), parameters), bitString(point));
}
