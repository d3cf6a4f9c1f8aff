import {
  aki,
  attribute,
  authority,
  DEVICE_NAME,
  device,
  dnsName,
  EXT,
  ecKey,
  edKey,
  extension,
  inDays,
  keyUsage,
  named,
  rsaKey,
  SERIAL,
  san,
  validity,
} from '../certificates.ts';
import { octetString, primitive, printableString, sequence, set, utf8String, wrapped } from '../der.ts';
import { SYSTEM_ROOT } from '../system-root.ts';
import { boring, differs, group, ISSUING, ROOT, shown } from './chain-case.ts';

const under = (...names: readonly string[]) => {
  const path = [ROOT];
  for (const name of names) {
    const above = path[0] ?? ROOT;
    path.unshift(authority({ subject: name, key: ecKey(name), issuer: above }));
  }
  return path.slice(0, -1);
};
const deep = (length: number) => {
  const path = under(...Array.from({ length }, (_, at) => `CA ${at + 1}`));
  return shown(device({ issuer: path[0] ?? ROOT }), path);
};

const IMPOSTOR = authority({ subject: 'Vendor Root CA', key: ecKey('impostor') });
const STRANGER = authority({ subject: 'Stranger Root CA', key: ecKey('stranger root') });

export const WELL_FORMED = group('well-formed', [
  ['root, issuing CA, device, on P-256', 'let-in', () => shown(device({ issuer: ISSUING }))],
  [
    'the same with RSA keys of 2048 bits',
    'let-in',
    () => {
      const root = authority({ subject: 'Vendor Root CA', key: rsaKey('root') });
      const issuing = authority({ subject: 'Vendor Issuing CA', key: rsaKey('issuing'), issuer: root });
      return shown(device({ issuer: issuing, key: rsaKey('device') }), [issuing], { roots: [root.der] });
    },
  ],
  ['directly under the root', 'let-in', () => shown(device({ issuer: ROOT }), [])],
  ['the root is sent along', 'let-in', () => shown(device({ issuer: ISSUING }), [ISSUING, ROOT])],
  [
    'two CAs between, in the wrong order',
    'let-in',
    () => {
      const path = under('CA 1', 'CA 2');
      return shown(device({ issuer: path[0] ?? ROOT }), path.toReversed());
    },
  ],
  ['the issuing CA twice', 'let-in', () => shown(device({ issuer: ISSUING }), [ISSUING, ISSUING])],
  [
    'the device’s own certificate twice',
    'let-in',
    () => {
      const leaf = device({ issuer: ISSUING });
      return shown(leaf, [leaf, ISSUING]);
    },
  ],
  [
    'certificates of strangers in between',
    'let-in',
    () => shown(device({ issuer: ISSUING }), [STRANGER, ISSUING, device({ issuer: STRANGER })]),
  ],
  [
    'a CA of the same name and another key before the right one',
    'let-in',
    () => {
      const double = authority({ subject: 'Vendor Issuing CA', key: ecKey('double'), issuer: STRANGER });
      return shown(device({ issuer: ISSUING }), [double, ISSUING]);
    },
  ],
  [
    'no key identifiers anywhere',
    'let-in',
    () => {
      const root = authority({ subject: 'Vendor Root CA', key: ecKey('root'), ski: null });
      const issuing = authority({
        subject: 'Vendor Issuing CA',
        key: ecKey('issuing'),
        issuer: root,
        ski: null,
        aki: null,
      });
      return shown(device({ issuer: issuing, ski: null, aki: null }), [issuing], { roots: [root.der] });
    },
  ],
  [
    'the issuing CA cross-signed by the root and by a stranger',
    'let-in',
    () => {
      const cross = authority({ subject: 'Vendor Issuing CA', key: ecKey('issuing'), issuer: STRANGER });
      return shown(device({ issuer: ISSUING }), [ISSUING, cross, STRANGER]);
    },
  ],
  [
    'the issuing CA renewed beside the ended one',
    'let-in',
    () => {
      const ended = authority({
        subject: 'Vendor Issuing CA',
        key: ecKey('issuing'),
        issuer: ROOT,
        valid: validity(inDays(-90), inDays(-2)),
      });
      return shown(device({ issuer: ISSUING }), [ended, ISSUING]);
    },
    boring('device-certificate-expired', 'first-path'),
  ],
  [
    'the second of two trusted roots',
    'let-in',
    () => shown(device({ issuer: ISSUING }), [ISSUING], { roots: [STRANGER.der, ROOT.der] }),
  ],
  [
    'a renewed root of the same key is sent, the old one is trusted',
    'let-in',
    () => {
      const renewed = authority({ subject: 'Vendor Root CA', key: ecKey('root') });
      return shown(device({ issuer: ISSUING }), [ISSUING, renewed]);
    },
  ],
  [
    'an empty subject, with a critical alternative name',
    'let-in',
    () =>
      shown(
        device({
          issuer: ISSUING,
          subject: sequence(),
          san: san([dnsName(DEVICE_NAME)], true),
        }),
      ),
  ],
  [
    'a name of several attributes in one part',
    'let-in',
    () => {
      const subject = sequence(
        set(attribute('2.5.4.3', utf8String('device')), attribute('2.5.4.5', printableString('7'))),
      );
      return shown(device({ issuer: ISSUING, subject }));
    },
  ],
  [
    'the white-label name of another brand',
    'let-in',
    () =>
      shown(device({ issuer: ISSUING, san: san([dnsName(`${SERIAL}.pgw.seclib.io`)]) }), [ISSUING], {
        name: `${SERIAL}.pgw.seclib.io`,
      }),
  ],
]);

export const ISSUERS = group('issuer', [
  [
    'the root of a stranger, of the same name',
    'device-issuer-unknown',
    () => {
      const issuing = authority({ subject: 'Vendor Issuing CA', key: ecKey('other'), issuer: IMPOSTOR });
      return shown(device({ issuer: issuing }), [issuing, IMPOSTOR]);
    },
  ],
  [
    'the root of a stranger, of another name',
    'device-issuer-unknown',
    () => shown(device({ issuer: STRANGER }), [STRANGER]),
  ],
  [
    'a root of the system’s store, which Node trusts by itself',
    'device-issuer-unknown',
    () => shown(device({ issuer: SYSTEM_ROOT }), [SYSTEM_ROOT]),
  ],
  ['self-signed, with a device’s name', 'device-issuer-unknown', () => shown(device({}), [])],
  [
    'self-signed, without a name, as before its activation',
    'device-not-activated',
    () => shown(device({ san: null }), []),
  ],
  [
    'self-signed, with the name of the issuing CA behind it',
    'device-issuer-unknown',
    () => shown(device({ subject: 'Vendor Issuing CA' })),
  ],
  ['without the issuing CA', 'device-issuer-unknown', () => shown(device({ issuer: ISSUING }), [])],
  [
    'with another issuing CA than its own',
    'device-issuer-unknown',
    () => shown(device({ issuer: ISSUING }), under('CA 1')),
  ],
  [
    'an issuing CA of the right name and another key',
    'device-issuer-unknown',
    () => {
      const issuing = authority({ subject: 'Vendor Issuing CA', key: ecKey('other'), issuer: ROOT });
      return shown(device({ issuer: ISSUING }), [issuing]);
    },
  ],
  [
    'signed by the root, in the name of a stranger',
    'device-issuer-unknown',
    () => shown(device({ issuer: { subject: named('Stranger'), key: ROOT.key } }), []),
  ],
  [
    'a ruined signature on the device’s certificate',
    'device-issuer-unknown',
    () => shown(device({ issuer: ISSUING, corrupt: true })),
  ],
  [
    'a ruined signature on the issuing CA',
    'device-issuer-unknown',
    () => {
      const issuing = authority({
        subject: 'Vendor Issuing CA',
        key: ecKey('issuing'),
        issuer: ROOT,
        corrupt: true,
      });
      return shown(device({ issuer: issuing }), [issuing]);
    },
  ],
  [
    'an authority key identifier of another key',
    'device-issuer-unknown',
    () => shown(device({ issuer: ISSUING, aki: aki(ecKey('other')) })),
  ],
  [
    'an authority key identifier of another serial number',
    'device-issuer-unknown',
    () => {
      const issuerName = wrapped(4, ROOT.subject);
      const value = sequence(wrapped(1, issuerName), primitive(2, Buffer.from([1, 2, 3])));
      return shown(device({ issuer: ISSUING, aki: extension(EXT.aki, value) }));
    },
  ],
  [
    'an authority key identifier that is none',
    'device-issuer-unknown',
    () => shown(device({ issuer: ISSUING, aki: extension(EXT.aki, octetString(Buffer.from('x'))) })),
  ],
  [
    'a certificate of another device with our key in place',
    'device-issuer-unknown',
    () => shown(device({ issuer: { subject: ISSUING.subject, key: ecKey('device') } })),
  ],
  [
    'the trusted root’s name on an intermediate of a stranger',
    'device-issuer-unknown',
    () => {
      const impostor = authority({ subject: 'Vendor Root CA', key: ecKey('impostor'), issuer: STRANGER });
      const issuing = authority({ subject: 'Vendor Issuing CA', key: ecKey('other'), issuer: impostor });
      return shown(device({ issuer: issuing }), [issuing, impostor, STRANGER]);
    },
  ],
  [
    'issuer and root swapped: the root is signed by the issuing CA',
    'device-issuer-unknown',
    () => {
      const top = authority({ subject: 'Vendor Issuing CA', key: ecKey('other') });
      const middle = authority({ subject: 'Vendor Root CA', key: ecKey('impostor'), issuer: top });
      return shown(device({ issuer: middle }), [middle, top]);
    },
  ],
  [
    'an empty issuer',
    'device-issuer-unknown',
    () => shown(device({ issuer: { subject: sequence(), key: ISSUING.key } })),
  ],
  [
    'a certificate of a public certification authority, without its root',
    'device-issuer-unknown',
    () => {
      const issuing = authority({ subject: 'R11', key: ecKey('other'), issuer: SYSTEM_ROOT });
      return shown(device({ issuer: issuing }), [issuing]);
    },
  ],
]);

export const LONG_CHAINS = group('long and cyclic', [
  [
    'the issuing CA cross-signed by a stranger, and behind that by the root',
    'device-certificate-invalid',
    () => {
      const cross = authority({ subject: 'Vendor Issuing CA', key: ecKey('issuing'), issuer: STRANGER });
      return shown(device({ issuer: ISSUING }), [cross, ISSUING, STRANGER]);
    },
  ],
  [
    'two CAs that issue each other, and behind them one of them by the root',
    'device-certificate-invalid',
    () => {
      const a = { subject: named('A'), key: ecKey('a') };
      const b = { subject: named('B'), key: ecKey('b') };
      const bByRoot = authority({ ...b, issuer: ROOT });
      return shown(device({ issuer: a }), [
        authority({ ...a, issuer: b }),
        authority({ ...b, issuer: a }),
        bByRoot,
      ]);
    },
  ],
  [
    'the root itself as the device, with a device’s name and digitalSignature',
    'let-in',
    () => {
      const root = authority({
        subject: 'Vendor Root CA',
        key: ecKey('device'),
        keyUsage: keyUsage(['digitalSignature', 'keyCertSign']),
        san: san([dnsName(DEVICE_NAME)]),
      });
      return shown(root, [], { roots: [root.der] });
    },
  ],
  ['three CAs between', 'let-in', () => deep(3)],
  ['six CAs between, eight certificates in all', 'let-in', () => deep(6)],
  ['seven CAs between', 'device-issuer-unknown', () => deep(7), differs('path-limit')],
  ['nine CAs between', 'device-issuer-unknown', () => deep(9), differs('path-limit')],
  ['forty CAs between', 'device-issuer-unknown', () => deep(40), differs('path-limit')],
  [
    'the right issuing CA behind fifty others',
    'let-in',
    () => {
      const others = Array.from({ length: 50 }, (_, at) =>
        authority({ subject: `Other ${at}`, key: ecKey('other') }),
      );
      return shown(device({ issuer: ISSUING }), [...others, ISSUING]);
    },
  ],
  [
    'two CAs that issue each other',
    'device-issuer-unknown',
    () => {
      const a = { subject: named('A'), key: ecKey('a') };
      const b = { subject: named('B'), key: ecKey('b') };
      const aByB = authority({ ...a, issuer: b });
      const bByA = authority({ ...b, issuer: a });
      return shown(device({ issuer: a }), [aByB, bByA]);
    },
  ],
  [
    'two CAs that issue each other, one of them by the root as well',
    'let-in',
    () => {
      const a = { subject: named('A'), key: ecKey('a') };
      const b = { subject: named('B'), key: ecKey('b') };
      const aByB = authority({ ...a, issuer: b });
      const bByA = authority({ ...b, issuer: a });
      const bByRoot = authority({ ...b, issuer: ROOT });
      return shown(device({ issuer: a }), [aByB, bByRoot, bByA]);
    },
  ],
  [
    'thirty self-signed CAs of one name and key',
    'device-issuer-unknown',
    () => {
      const loop = () => authority({ subject: 'loop', key: ecKey('loop') });
      return shown(device({ issuer: loop() }), Array.from({ length: 30 }, loop));
    },
  ],
  [
    'nine CAs of one name, each with another key, in a ring',
    'device-issuer-unknown',
    () => {
      const ring = Array.from({ length: 9 }, (_, at) =>
        authority({
          subject: 'ring',
          key: ecKey(`ring ${at}`),
          issuer: { subject: named('ring'), key: ecKey(`ring ${(at + 1) % 9}`) },
        }),
      );
      return shown(device({ issuer: { subject: named('ring'), key: ecKey('ring 0') } }), ring);
    },
  ],
  [
    'a self-issued CA between',
    'let-in',
    () => {
      const rollover = authority({ subject: 'Vendor Issuing CA', key: ecKey('issuing 2'), issuer: ISSUING });
      return shown(device({ issuer: rollover }), [rollover, ISSUING]);
    },
  ],
  [
    'a thousand alternative names',
    'device-identity-ambiguous',
    () => {
      const names = Array.from({ length: 1000 }, (_, at) => dnsName(`${SERIAL}${at}.cybs.seclib.io`));
      return shown(device({ issuer: ISSUING, san: san([dnsName(DEVICE_NAME), ...names]) }));
    },
    differs('identity'),
  ],
  [
    'an extension of 50,000 bytes',
    'let-in',
    () =>
      shown(device({ issuer: ISSUING, more: [extension(EXT.unknown, octetString(Buffer.alloc(50_000)))] })),
  ],
  [
    'an extension of 150,000 bytes',
    'tls-failed',
    () =>
      shown(device({ issuer: ISSUING, more: [extension(EXT.unknown, octetString(Buffer.alloc(150_000)))] })),
    differs('handshake'),
  ],
  [
    'a serial number of 20 bytes',
    'let-in',
    () => shown(device({ issuer: ISSUING, serial: Buffer.alloc(20, 0x5a) })),
  ],
  ['no certificate at all', 'tls-failed', () => ({ chain: [], key: ecKey('device') })],
  [
    'a certificate of no bytes',
    'device-certificate-invalid',
    () => ({ chain: [Buffer.alloc(0)], key: ecKey('device') }),
    boring('tls-failed', 'wording'),
  ],
  [
    'the issuing CA first, then the device',
    'tls-failed',
    () => {
      const leaf = device({ issuer: ISSUING });
      return { chain: [ISSUING.der, leaf.der], key: leaf.key };
    },
    boring('device-certificate-invalid', 'key-usage'),
  ],
  [
    'the key of somebody else',
    'tls-failed',
    () => ({
      ...shown(device({ issuer: ISSUING })),
      key: edKey('other'),
      byHand: true,
    }),
    differs('handshake'),
  ],
  [
    'another key of the same kind',
    'tls-failed',
    () => ({
      ...shown(device({ issuer: ISSUING })),
      key: ecKey('other'),
      byHand: true,
    }),
    differs('handshake'),
  ],
  [
    'the root itself as the device, with a device’s name',
    'device-certificate-purpose',
    () => {
      const root = authority({
        subject: 'Vendor Root CA',
        key: ecKey('device'),
        san: san([dnsName(DEVICE_NAME)]),
      });
      return shown(root, [], { roots: [root.der] });
    },
    boring('device-certificate-invalid', 'key-usage'),
  ],
]);
