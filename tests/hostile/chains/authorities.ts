import {
  authority,
  basicConstraints,
  DEVICE_NAME,
  device,
  directoryName,
  dnsName,
  EXT,
  ecKey,
  eku,
  extension,
  ipName,
  keyUsage,
  mailName,
  nameConstraints,
  named,
  otherName,
  SERIAL,
  san,
  uriName,
} from '../certificates.ts';
import { bitString, type Der, integer, oid, sequence, utf8String, wrapped } from '../der.ts';
import { boring, differs, group, ISSUING, ROOT, type ShownChain, shown } from './chain-case.ts';

type AuthorityOptions = Partial<Parameters<typeof authority>[0]>;

/** A device under an issuing CA that is odd in this way. */
const issuing = (odd: AuthorityOptions, leaf: Parameters<typeof device>[0] = {}): ShownChain => {
  const ca = authority({ subject: 'Vendor Issuing CA', key: ecKey('issuing'), issuer: ROOT, ...odd });
  return shown(device({ issuer: ca, ...leaf }), [ca]);
};
/** A CA with so many others below it, each issued by the one above; the lowest first. */
const withBelow = (top: ReturnType<typeof authority>, below: number): ReturnType<typeof authority>[] => {
  const path = [top];
  for (let at = 0; at < below; at += 1)
    path.unshift(authority({ subject: `CA ${at}`, key: ecKey(`CA ${at}`), issuer: path[0] ?? top }));
  return path;
};
/** A device under an issuing CA under a root that is odd in this way. */
const underRoot = (odd: AuthorityOptions, between = 1): ShownChain => {
  const root = authority({ subject: 'Vendor Root CA', key: ecKey('root'), ...odd });
  const path = withBelow(root, between);
  return shown(device({ issuer: path[0] ?? root }), path.slice(0, -1), { roots: [root.der] });
};
/** Two CAs, the upper one with this limit for those below. */
const limited = (limit: Der, below: number): ShownChain => {
  const top = authority({
    subject: 'Limited CA',
    key: ecKey('limited'),
    issuer: ROOT,
    basicConstraints: basicConstraints(true, limit),
  });
  const path = withBelow(top, below);
  return shown(device({ issuer: path[0] ?? top }), path);
};
/** A device whose certificate has these extensions as well. */
const extended = (...more: readonly Der[]): ShownChain => shown(device({ issuer: ISSUING, more }));

export const CA_FLAGS = group('CA certificates', [
  [
    'basicConstraints says it is no CA',
    'device-issuer-unknown',
    () => issuing({ basicConstraints: basicConstraints(false) }),
  ],
  ['no basicConstraints', 'device-issuer-unknown', () => issuing({ basicConstraints: null })],
  [
    'neither basicConstraints nor keyUsage',
    'device-issuer-unknown',
    () => issuing({ basicConstraints: null, keyUsage: null }),
  ],
  ['version 1, without extensions', 'device-issuer-unknown', () => issuing({ version: null, bare: true })],
  ['version 3, without extensions', 'device-issuer-unknown', () => issuing({ bare: true })],
  [
    'a basicConstraints that is not critical',
    'let-in',
    () => issuing({ basicConstraints: basicConstraints(true, undefined, false) }),
  ],
  [
    'the certificate of another device as issuer',
    'device-issuer-unknown',
    () => {
      const other = device({ issuer: ISSUING, key: ecKey('another device') });
      return shown(device({ issuer: other }), [other, ISSUING]);
    },
  ],
  [
    'the certificate of another device as issuer, with keyCertSign',
    'device-issuer-unknown',
    () => {
      const other = device({
        issuer: ISSUING,
        key: ecKey('another device'),
        keyUsage: keyUsage(['keyCertSign']),
      });
      return shown(device({ issuer: other }), [other, ISSUING]);
    },
  ],
  ['no keyUsage', 'let-in', () => issuing({ keyUsage: null })],
  [
    'keyUsage without keyCertSign',
    'device-issuer-unknown',
    () => issuing({ keyUsage: keyUsage(['digitalSignature', 'cRLSign']) }),
  ],
  ['keyUsage of no bit', 'device-issuer-unknown', () => issuing({ keyUsage: keyUsage([]) })],
  [
    'keyUsage with all bits',
    'let-in',
    () => issuing({ keyUsage: extension(EXT.keyUsage, bitString(Buffer.from([0xff, 0x80]), 7), true) }),
  ],
  ['pathLength 0, and no CA below', 'let-in', () => limited(integer(0), 0)],
  ['pathLength 0, and one CA below', 'device-issuer-unknown', () => limited(integer(0), 1)],
  ['pathLength 1, and one CA below', 'let-in', () => limited(integer(1), 1)],
  ['pathLength 1, and two CAs below', 'device-issuer-unknown', () => limited(integer(1), 2)],
  ['pathLength below 0', 'device-issuer-unknown', () => limited(integer(Buffer.from([0xff])), 0)],
  ['pathLength of 16 bytes', 'let-in', () => limited(integer(Buffer.alloc(16, 0x7f)), 1)],
  [
    'a root with pathLength 0, and one CA below',
    'device-issuer-unknown',
    () => underRoot({ basicConstraints: basicConstraints(true, integer(0)) }),
  ],
  [
    'a root with pathLength 1, and two CAs below',
    'device-issuer-unknown',
    () => underRoot({ basicConstraints: basicConstraints(true, integer(1)) }, 2),
  ],
  [
    'pathLength 0, and a self-issued CA below',
    'let-in',
    () => {
      const upper = authority({
        subject: 'Vendor Issuing CA',
        key: ecKey('issuing'),
        issuer: ROOT,
        basicConstraints: basicConstraints(true, integer(0)),
      });
      const rollover = authority({ subject: 'Vendor Issuing CA', key: ecKey('issuing 2'), issuer: upper });
      return shown(device({ issuer: rollover }), [rollover, upper]);
    },
  ],
  ['a root that is no CA', 'root-ca-not-ca', () => underRoot({ basicConstraints: basicConstraints(false) })],
  [
    'a root without basicConstraints',
    'root-ca-not-ca',
    () => underRoot({ basicConstraints: null }),
    differs('old-root'),
  ],
  [
    'a root without keyCertSign',
    'root-ca-not-ca',
    () => underRoot({ keyUsage: keyUsage(['digitalSignature']) }),
  ],
  ['a root without keyUsage', 'let-in', () => underRoot({ keyUsage: null })],
  [
    'a root with a basicConstraints that is not critical',
    'let-in',
    () => underRoot({ basicConstraints: basicConstraints(true, undefined, false) }),
  ],
  [
    'a root of version 1',
    'root-ca-not-ca',
    () => underRoot({ version: null, bare: true }),
    differs('old-root'),
  ],
  ['a CA for clients only', 'device-certificate-purpose', () => issuing({ eku: eku(['clientAuth']) })],
  ['a CA for servers', 'let-in', () => issuing({ eku: eku(['serverAuth']) })],
  ['a CA for any purpose', 'device-certificate-purpose', () => issuing({ eku: eku(['any']) })],
  ['a CA for code signing only', 'device-certificate-purpose', () => issuing({ eku: eku(['codeSigning']) })],
  [
    'a root for clients only',
    'device-certificate-purpose',
    () => underRoot({ eku: eku(['clientAuth']) }),
    boring('let-in', 'root-as-it-is'),
  ],
  [
    'a CA that is not allowed by its Netscape type',
    'device-issuer-unknown',
    () =>
      issuing({
        basicConstraints: null,
        keyUsage: null,
        more: [extension(EXT.netscapeType, bitString(Buffer.from([0x80]), 7))],
      }),
  ],
]);

const constrained = (
  constraints: Parameters<typeof nameConstraints>[0],
  leaf: Parameters<typeof device>[0] = {},
  critical = true,
): ShownChain => issuing({ more: [nameConstraints(constraints, critical)] }, leaf);
const IPV4 = (...octets: readonly number[]) => ipName(octets);

export const NAME_CONSTRAINTS = group('name constraints', [
  ['the vendor’s domain is permitted', 'let-in', () => constrained({ permitted: [dnsName('seclib.io')] })],
  [
    'the vendor’s domain is permitted, not critical',
    'let-in',
    () => constrained({ permitted: [dnsName('seclib.io')] }, {}, false),
  ],
  [
    'another domain is permitted',
    'device-certificate-invalid',
    () => constrained({ permitted: [dnsName('example.com')] }),
  ],
  [
    'another domain is permitted, not critical',
    'device-certificate-invalid',
    () => constrained({ permitted: [dnsName('example.com')] }, {}, false),
  ],
  [
    'the vendor’s domain is excluded',
    'device-certificate-invalid',
    () => constrained({ excluded: [dnsName('seclib.io')] }),
  ],
  ['another domain is excluded', 'let-in', () => constrained({ excluded: [dnsName('example.com')] })],
  [
    'permitted and excluded at once',
    'device-certificate-invalid',
    () => constrained({ permitted: [dnsName('seclib.io')], excluded: [dnsName('cybs.seclib.io')] }),
  ],
  [
    'this device alone is excluded',
    'device-certificate-invalid',
    () => constrained({ excluded: [dnsName(DEVICE_NAME)] }),
  ],
  ['every domain is excluded', 'device-certificate-invalid', () => constrained({ excluded: [dnsName('')] })],
  [
    'a domain that begins with a period is permitted',
    'let-in',
    () => constrained({ permitted: [dnsName('.seclib.io')] }),
  ],
  [
    'a permitted domain in the second of two names only',
    'device-certificate-invalid',
    () =>
      constrained(
        { permitted: [dnsName('example.com')] },
        {
          san: san([dnsName('a.example.com'), dnsName(DEVICE_NAME)]),
        },
      ),
  ],
  [
    'addresses alone are permitted',
    'let-in',
    () => constrained({ permitted: [IPV4(127, 0, 0, 0, 255, 0, 0, 0)] }),
  ],
  [
    'other addresses are permitted than the device has',
    'device-certificate-invalid',
    () =>
      constrained({ permitted: [IPV4(10, 0, 0, 0, 255, 0, 0, 0)] }, { san: san([ipName([127, 0, 0, 1])]) }),
  ],
  [
    'an address range of 5 bytes',
    'device-certificate-invalid',
    () => constrained({ permitted: [IPV4(127, 0, 0, 0, 255)] }, { san: san([ipName([127, 0, 0, 1])]) }),
  ],
  [
    'another subject is permitted',
    'device-certificate-invalid',
    () => constrained({ permitted: [directoryName(named('other'))] }),
  ],
  ['this subject is permitted', 'let-in', () => constrained({ permitted: [directoryName(named('device'))] })],
  [
    'this subject is excluded',
    'device-certificate-invalid',
    () => constrained({ excluded: [directoryName(named('device'))] }),
  ],
  [
    'a mail domain is permitted, and the device has no mail',
    'let-in',
    () => constrained({ permitted: [mailName('example.com')] }),
  ],
  [
    'a kind of name nobody knows is constrained, and used',
    'device-certificate-invalid',
    () =>
      constrained(
        { permitted: [otherName(EXT.unknown, utf8String('x'))] },
        {
          san: san([dnsName(DEVICE_NAME), otherName(EXT.unknown, utf8String('x'))]),
        },
      ),
  ],
  [
    'a URI constraint, and a URI elsewhere',
    'device-certificate-invalid',
    () =>
      constrained(
        { permitted: [uriName('example.com')] },
        {
          san: san([dnsName(DEVICE_NAME), uriName('https://seclib.io/')]),
        },
      ),
  ],
  ['constraints of no subtrees', 'let-in', () => constrained({})],
  [
    'constraints that cannot be read',
    'device-issuer-unknown',
    () => issuing({ more: [extension(EXT.nameConstraints, Buffer.from([0x30, 0x05, 0xa0]), true)] }),
  ],
  [
    'constraints in the root',
    'device-certificate-invalid',
    () => underRoot({ more: [nameConstraints({ permitted: [dnsName('example.com')] })] }),
  ],
  [
    'constraints on the device’s own certificate',
    'let-in',
    () => extended(nameConstraints({ permitted: [dnsName('example.com')] })),
  ],
  [
    '2,000 constraints against 2,000 names',
    'device-certificate-invalid',
    () =>
      constrained(
        { permitted: Array.from({ length: 2000 }, (_, at) => dnsName(`d${at}.example.com`)) },
        { san: san(Array.from({ length: 2000 }, (_, at) => dnsName(`${SERIAL}.b${at}.seclib.io`))) },
      ),
  ],
]);

/** Where the certificate of the issuer could be fetched (RFC 5280 section 4.2.2.1). */
const CA_ISSUERS = sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), uriName('http://127.0.0.1:9/ca.crt')));
const policy = (name: string) => sequence(oid(name));

export const EXTENSIONS = group('extensions', [
  ['an unknown one on the device', 'let-in', () => extended(extension(EXT.unknown, integer(1)))],
  [
    'an unknown critical one on the device',
    'device-certificate-invalid',
    () => extended(extension(EXT.unknown, integer(1), true)),
  ],
  [
    'an unknown critical one on the issuing CA',
    'device-certificate-invalid',
    () => issuing({ more: [extension(EXT.unknown, integer(1), true)] }),
  ],
  [
    'an unknown critical one on the root',
    'device-certificate-invalid',
    () => underRoot({ more: [extension(EXT.unknown, integer(1), true)] }),
    boring('let-in', 'root-as-it-is'),
  ],
  [
    'an unknown critical one on a CA that is not needed',
    'let-in',
    () =>
      shown(device({ issuer: ISSUING }), [
        ISSUING,
        authority({
          subject: 'Other',
          key: ecKey('other'),
          more: [extension(EXT.unknown, integer(1), true)],
        }),
      ]),
  ],
  [
    'the alternative name twice',
    'device-certificate-invalid',
    () => extended(san([dnsName('1850099999.cybs.seclib.io')])),
  ],
  [
    'basicConstraints twice on the issuing CA',
    'device-issuer-unknown',
    () => issuing({ more: [basicConstraints(false)] }),
  ],
  ['keyUsage twice', 'device-certificate-invalid', () => extended(keyUsage(['keyCertSign']))],
  ['extended key usage twice', 'device-certificate-invalid', () => extended(eku(['clientAuth']))],
  [
    'an unknown one twice',
    'device-certificate-invalid',
    () => extended(extension(EXT.unknown, integer(1)), extension(EXT.unknown, integer(2))),
    differs('twice'),
  ],
  [
    'nameConstraints twice on the issuing CA',
    'device-issuer-unknown',
    () =>
      issuing({
        more: [
          nameConstraints({ permitted: [dnsName('seclib.io')] }),
          nameConstraints({ excluded: [dnsName('seclib.io')] }),
        ],
      }),
  ],
  ['a policy', 'let-in', () => extended(extension(EXT.policies, sequence(policy(EXT.unknown))))],
  [
    'policies that cannot be read',
    'let-in',
    () => extended(extension(EXT.policies, Buffer.from([0x30, 0x7f]), true)),
    boring('device-certificate-invalid', 'policies'),
  ],
  [
    'a policy is required (requireExplicitPolicy 0) and none is there',
    'let-in',
    () => issuing({ more: [extension(EXT.policyConstraints, sequence(Buffer.from([0x80, 1, 0])), true)] }),
    boring('device-certificate-invalid', 'policies'),
  ],
  [
    'inhibitAnyPolicy',
    'let-in',
    () => issuing({ more: [extension(EXT.inhibitAnyPolicy, integer(0), true)] }),
  ],
  ['authority information access', 'let-in', () => extended(extension(EXT.aia, CA_ISSUERS))],
  [
    'authority information access, critical',
    'device-certificate-invalid',
    () => extended(extension(EXT.aia, CA_ISSUERS, true)),
  ],
  [
    'a place for revocation lists',
    'let-in',
    () =>
      extended(
        extension(
          EXT.crlPoints,
          sequence(sequence(wrapped(0, wrapped(0, uriName('http://127.0.0.1:9/x.crl'))))),
        ),
      ),
  ],
  [
    'the poison of certificate transparency',
    'device-certificate-invalid',
    () => extended(extension(EXT.ctPoison, Buffer.from([5, 0]), true)),
  ],
  ['OCSP must be stapled', 'let-in', () => extended(extension(EXT.tlsFeature, sequence(integer(5))))],
  [
    'key identifiers, critical',
    'device-certificate-invalid',
    () => shown(device({ issuer: ISSUING, ski: extension(EXT.ski, Buffer.from([4, 1, 1]), true) })),
  ],
  [
    'extensions in a certificate of version 1',
    'let-in',
    () => shown(device({ issuer: ISSUING, version: null })),
    boring('device-certificate-invalid', 'strict-der'),
  ],
  [
    'an empty list of extensions',
    'device-identity-missing',
    () =>
      shown(
        device({
          issuer: ISSUING,
          basicConstraints: null,
          keyUsage: null,
          eku: null,
          san: null,
          ski: null,
          aki: null,
        }),
      ),
  ],
  ['no extensions at all', 'device-identity-missing', () => shown(device({ issuer: ISSUING, bare: true }))],
  [
    'a device’s certificate that says it is a CA',
    'let-in',
    () => shown(device({ issuer: ISSUING, basicConstraints: basicConstraints(true) })),
  ],
  [
    'a device’s certificate with pathLength and no CA',
    'let-in',
    () =>
      shown(
        device({
          issuer: ISSUING,
          basicConstraints: extension(EXT.basicConstraints, sequence(integer(0)), true),
        }),
      ),
    boring('device-issuer-unknown', 'unreadable-extension'),
  ],
]);
