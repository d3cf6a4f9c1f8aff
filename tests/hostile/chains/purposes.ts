import {
  device,
  EXT,
  eku,
  extension,
  keyUsage,
  PURPOSES,
  type Purpose,
  rsaKey,
  type Usage,
} from '../certificates.ts';
import { bitString, oid, sequence } from '../der.ts';
import { boring, type ChainVerdict, differs, group, ISSUING, type ShownChain, shown } from './chain-case.ts';

const forPurposes = (...purposes: readonly Purpose[]): ShownChain =>
  shown(device({ issuer: ISSUING, eku: eku(purposes) }));
const purpose = (name: string, expected: ChainVerdict, ...purposes: readonly Purpose[]) =>
  [name, expected, () => forPurposes(...purposes)] as const;

export const EXTENDED_KEY_USAGES = group('extended key usage', [
  ['none', 'let-in', () => shown(device({ issuer: ISSUING, eku: null }))],
  purpose('server', 'let-in', 'serverAuth'),
  purpose('server and client', 'let-in', 'serverAuth', 'clientAuth'),
  purpose('client', 'device-certificate-purpose', 'clientAuth'),
  purpose('code signing', 'device-certificate-purpose', 'codeSigning'),
  purpose('mail', 'device-certificate-purpose', 'emailProtection'),
  purpose('time stamps', 'device-certificate-purpose', 'timeStamping'),
  purpose('OCSP', 'device-certificate-purpose', 'ocspSigning'),
  purpose('IPsec', 'device-certificate-purpose', 'ipsecIke'),
  [
    'Microsoft’s step-up',
    'device-certificate-purpose',
    () => forPurposes('microsoftSgc'),
    differs('step-up'),
  ],
  ['Netscape’s step-up', 'device-certificate-purpose', () => forPurposes('netscapeSgc'), differs('step-up')],
  purpose('any', 'device-certificate-purpose', 'any'),
  purpose('any and server', 'let-in', 'any', 'serverAuth'),
  purpose('one that nobody knows', 'device-certificate-purpose', 'unknown'),
  purpose('all of them', 'let-in', ...(Object.keys(PURPOSES) as Purpose[])),
  ['server, critical', 'let-in', () => shown(device({ issuer: ISSUING, eku: eku(['serverAuth'], true) }))],
  [
    'client, critical',
    'device-certificate-purpose',
    () => shown(device({ issuer: ISSUING, eku: eku(['clientAuth'], true) })),
  ],
  ['an empty list', 'device-certificate-purpose', () => shown(device({ issuer: ISSUING, eku: eku([]) }))],
  [
    'a list that is none',
    'device-issuer-unknown',
    () => shown(device({ issuer: ISSUING, eku: extension(EXT.eku, oid(PURPOSES.serverAuth)) })),
  ],
  [
    'a list that cannot be read',
    'device-certificate-invalid',
    () => shown(device({ issuer: ISSUING, eku: extension(EXT.eku, sequence(Buffer.from([6, 0x7f, 1]))) })),
  ],
]);

const usedFor = (...usages: readonly Usage[]): ShownChain =>
  shown(device({ issuer: ISSUING, keyUsage: keyUsage(usages) }));
const usage = (name: string, expected: ChainVerdict, ...usages: readonly Usage[]) =>
  [name, expected, () => usedFor(...usages)] as const;
/** Nothing that a handshake with signatures could use. */
const unfit = (name: Usage) =>
  [
    name,
    'device-certificate-purpose',
    () => usedFor(name),
    boring('device-certificate-invalid', 'key-usage'),
  ] as const;
/** What OpenSSL takes for a server, and BoringSSL does not. */
const halfFit = (name: Usage) =>
  [name, 'let-in', () => usedFor(name), boring('device-certificate-invalid', 'key-usage')] as const;

export const KEY_USAGES = group('key usage', [
  ['none', 'let-in', () => shown(device({ issuer: ISSUING, keyUsage: null }))],
  usage('digitalSignature', 'let-in', 'digitalSignature'),
  halfFit('keyEncipherment'),
  [
    'keyEncipherment, with an RSA key',
    'let-in',
    () => shown(device({ issuer: ISSUING, key: rsaKey('device'), keyUsage: keyUsage(['keyEncipherment']) })),
    boring('device-certificate-invalid', 'key-usage'),
  ],
  halfFit('keyAgreement'),
  unfit('nonRepudiation'),
  unfit('dataEncipherment'),
  unfit('keyCertSign'),
  unfit('cRLSign'),
  unfit('encipherOnly'),
  unfit('decipherOnly'),
  ['no bit', 'device-issuer-unknown', () => usedFor(), boring('device-certificate-invalid', 'key-usage')],
  usage('digitalSignature and keyCertSign', 'let-in', 'digitalSignature', 'keyCertSign'),
  [
    'digitalSignature, not critical',
    'let-in',
    () => shown(device({ issuer: ISSUING, keyUsage: keyUsage(['digitalSignature'], false) })),
  ],
  [
    'a bit string of 200 bytes',
    'let-in',
    () =>
      shown(
        device({
          issuer: ISSUING,
          keyUsage: extension(EXT.keyUsage, bitString(Buffer.alloc(200, 0xff)), true),
        }),
      ),
  ],
  [
    'no bit string',
    'device-issuer-unknown',
    () => shown(device({ issuer: ISSUING, keyUsage: extension(EXT.keyUsage, sequence(), true) })),
    boring('device-certificate-invalid', 'strict-der'),
  ],
]);
