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
import { type ChainVerdict, group, ISSUING, type ShownChain, shown } from './chain-case.ts';

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
  purpose('Microsoft’s step-up', 'device-certificate-purpose', 'microsoftSgc'),
  purpose('Netscape’s step-up', 'device-certificate-purpose', 'netscapeSgc'),
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
    'device-certificate-purpose',
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

export const KEY_USAGES = group('key usage', [
  ['none', 'let-in', () => shown(device({ issuer: ISSUING, keyUsage: null }))],
  usage('digitalSignature', 'let-in', 'digitalSignature'),
  usage('keyEncipherment', 'let-in', 'keyEncipherment'),
  [
    'keyEncipherment, with an RSA key',
    'let-in',
    () => shown(device({ issuer: ISSUING, key: rsaKey('device'), keyUsage: keyUsage(['keyEncipherment']) })),
  ],
  usage('keyAgreement', 'let-in', 'keyAgreement'),
  usage('nonRepudiation', 'device-certificate-invalid', 'nonRepudiation'),
  usage('dataEncipherment', 'device-certificate-invalid', 'dataEncipherment'),
  usage('keyCertSign', 'device-certificate-invalid', 'keyCertSign'),
  usage('cRLSign', 'device-certificate-invalid', 'cRLSign'),
  usage('encipherOnly', 'device-certificate-invalid', 'encipherOnly'),
  usage('decipherOnly', 'device-certificate-invalid', 'decipherOnly'),
  usage('no bit', 'device-certificate-invalid'),
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
    'device-certificate-invalid',
    () => shown(device({ issuer: ISSUING, keyUsage: extension(EXT.keyUsage, sequence(), true) })),
  ],
]);
