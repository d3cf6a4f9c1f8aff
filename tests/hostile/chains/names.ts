import {
  DEVICE_NAME,
  device,
  directoryName,
  dnsName,
  EXT,
  extension,
  ipName,
  mailName,
  named,
  otherName,
  SERIAL,
  san,
  uriName,
} from '../certificates.ts';
import { type Der, octetString, primitive, sequence, tlv, utf8String, wrapped } from '../der.ts';
import { boring, differs, group, ISSUING, type ShownChain, shown } from './chain-case.ts';

const HOST = '127.0.0.1';
const by = (...names: readonly Der[]): ShownChain => shown(device({ issuer: ISSUING, san: san(names) }));
const dns = (...names: readonly string[]): ShownChain => by(...names.map(dnsName));
const byAddress = (...octets: readonly number[]): ShownChain => ({ ...by(ipName(octets)), name: HOST });
const v6 = (...tail: readonly number[]) => [...Array<number>(16 - tail.length).fill(0), ...tail];

export const NAMES = group('names', [
  ['no alternative name', 'device-identity-missing', () => shown(device({ issuer: ISSUING, san: null }))],
  [
    'the name as common name only',
    'device-identity-missing',
    () => shown(device({ issuer: ISSUING, san: null, subject: DEVICE_NAME })),
    differs('common-name'),
  ],
  [
    'the name as common name, another one as alternative name',
    'device-identity-missing',
    () => shown(device({ issuer: ISSUING, subject: DEVICE_NAME, san: san([dnsName('x.example')]) })),
  ],
  ['in capitals', 'let-in', () => dns(DEVICE_NAME.toUpperCase())],
  ['among names of others', 'let-in', () => dns('a.example', DEVICE_NAME, 'b.example')],
  ['the same name three times', 'let-in', () => dns(DEVICE_NAME, DEVICE_NAME, DEVICE_NAME.toUpperCase())],
  ['one serial number under two brands', 'let-in', () => dns(`${SERIAL}.pgw.seclib.io`, DEVICE_NAME)],
  [
    'two serial numbers',
    'device-identity-ambiguous',
    () => dns(DEVICE_NAME, '1850099999.cybs.seclib.io'),
    differs('identity'),
  ],
  [
    'two serial numbers under two brands',
    'device-identity-ambiguous',
    () => dns(DEVICE_NAME, '1850099999.pgw.seclib.io'),
    differs('identity'),
  ],
  [
    'a wildcard for the serial number',
    'device-identity-missing',
    () => dns('*.cybs.seclib.io'),
    differs('wildcard'),
  ],
  ['a wildcard for the brand', 'device-identity-missing', () => dns(`${SERIAL}.*.seclib.io`)],
  [
    'a wildcard within the serial number',
    'device-identity-missing',
    () => dns('18500*.cybs.seclib.io'),
    differs('wildcard'),
  ],
  ['a wildcard for everything', 'device-identity-missing', () => dns('*')],
  ['a wildcard beside the name', 'let-in', () => dns('*.cybs.seclib.io', DEVICE_NAME)],
  ['the domain alone', 'device-identity-missing', () => dns('cybs.seclib.io')],
  ['no brand', 'device-identity-missing', () => dns(`${SERIAL}.seclib.io`)],
  ['two labels before the brand', 'device-identity-missing', () => dns(`a.${DEVICE_NAME}`)],
  ['a domain that ends alike', 'device-identity-missing', () => dns(`${SERIAL}.cybs.notseclib.io`)],
  ['the domain within another one', 'device-identity-missing', () => dns(`${DEVICE_NAME}.evil.example`)],
  ['another top-level domain', 'device-identity-missing', () => dns(`${SERIAL}.cybs.seclib.com`)],
  ['a digit for a letter in the domain', 'device-identity-missing', () => dns(`${SERIAL}.cybs.sec1ib.io`)],
  [
    'a Cyrillic letter in the domain, in Punycode',
    'device-identity-missing',
    () => dns(`${SERIAL}.cybs.xn--seclb-3ve.io`),
  ],
  [
    'a Cyrillic letter in the domain, in UTF-8',
    'device-identity-missing',
    () => by(primitive(2, Buffer.from(`${SERIAL}.cybs.seclіb.io`, 'utf8'))),
  ],
  ['a serial number in Punycode', 'device-identity-missing', () => dns('xn--1850012345-abc.cybs.seclib.io')],
  [
    'fullwidth digits',
    'device-identity-missing',
    () => by(primitive(2, Buffer.from('１８５００１２３４５.cybs.seclib.io', 'utf8'))),
  ],
  [
    'an emoji for the serial number',
    'device-identity-missing',
    () => by(primitive(2, Buffer.from('😜.cybs.seclib.io', 'utf8'))),
  ],
  ['a soft hyphen within', 'device-identity-missing', () => dns(`1850\xad012345.cybs.seclib.io`)],
  [
    'a NUL before the domain of somebody else',
    'device-identity-missing',
    () => dns(`${DEVICE_NAME}\0.evil.example`),
  ],
  ['a NUL within the serial number', 'device-identity-missing', () => dns(`${SERIAL}\0.cybs.seclib.io`)],
  ['a NUL at the end', 'device-identity-missing', () => dns(`${DEVICE_NAME}\0`)],
  [
    'a NUL in the common name',
    'let-in',
    () => shown(device({ issuer: ISSUING, subject: `a\0${DEVICE_NAME}` })),
  ],
  ['a period at the end', 'device-identity-missing', () => dns(`${DEVICE_NAME}.`)],
  ['a period at the start', 'device-identity-missing', () => dns(`.${DEVICE_NAME}`)],
  ['an empty label', 'device-identity-missing', () => dns(`${SERIAL}..seclib.io`)],
  ['an empty name', 'device-identity-missing', () => dns('')],
  ['a line break at the end', 'device-identity-missing', () => dns(`${DEVICE_NAME}\n`)],
  ['spaces around', 'device-identity-missing', () => dns(` ${DEVICE_NAME} `)],
  ['an underscore', 'device-identity-missing', () => dns('1850_012345.cybs.seclib.io')],
  ['a hyphen at the start', 'device-identity-missing', () => dns('-1850012345.cybs.seclib.io')],
  ['a percent sign', 'device-identity-missing', () => dns('1850%2e012345.cybs.seclib.io')],
  [
    'names separated by a comma in one',
    'device-identity-missing',
    () => dns(`a.example, DNS:${DEVICE_NAME}`),
  ],
  ['a label of 64 characters', 'device-identity-missing', () => dns(`${'1'.repeat(64)}.cybs.seclib.io`)],
  [
    'a label of 63 characters',
    'let-in',
    () => ({
      ...dns(`${'1'.repeat(63)}.cybs.seclib.io`),
      name: `${'1'.repeat(63)}.cybs.seclib.io`,
    }),
  ],
  ['a name of 5,000 characters', 'device-identity-missing', () => dns(`${'a.'.repeat(2500)}cybs.seclib.io`)],
  ['as a URI', 'device-identity-missing', () => by(uriName(`https://${DEVICE_NAME}/`))],
  ['as a mail address', 'device-identity-missing', () => by(mailName(`pos@${DEVICE_NAME}`))],
  ['as a directory name', 'device-identity-missing', () => by(directoryName(named(DEVICE_NAME)))],
  [
    'as another kind of name',
    'device-identity-missing',
    () => by(otherName(EXT.unknown, utf8String(DEVICE_NAME))),
  ],
  [
    'as the issuer’s alternative name',
    'device-identity-missing',
    () =>
      shown(
        device({
          issuer: ISSUING,
          san: null,
          more: [extension(EXT.issuerAltName, sequence(dnsName(DEVICE_NAME)))],
        }),
      ),
  ],
  ['by its IP address', 'let-in', () => byAddress(127, 0, 0, 1)],
  ['by the IP address of another host', 'device-identity-missing', () => byAddress(127, 0, 0, 2)],
  [
    'by an IPv4 address within IPv6',
    'device-identity-missing',
    () => byAddress(...v6(0xff, 0xff, 127, 0, 0, 1)),
  ],
  ['by an IPv6 address', 'device-identity-missing', () => byAddress(...v6(1))],
  ['by an IP address of 5 bytes', 'device-identity-missing', () => byAddress(127, 0, 0, 1, 0)],
  [
    'by an IP address and a mask',
    'device-identity-missing',
    () => byAddress(127, 0, 0, 1, 255, 255, 255, 255),
  ],
  ['by an IP address written as a DNS name', 'device-identity-missing', () => ({ ...dns(HOST), name: HOST })],
  [
    'by an IP address as common name',
    'device-identity-missing',
    () => ({
      ...shown(device({ issuer: ISSUING, san: null, subject: HOST })),
      name: HOST,
    }),
  ],
  [
    'by its IP address and by its serial number',
    'let-in',
    () => by(ipName([127, 0, 0, 1]), dnsName(DEVICE_NAME)),
  ],
  ['an empty list of names', 'device-identity-missing', () => by()],
  [
    'a list of names that is none',
    'device-issuer-unknown',
    () => shown(device({ issuer: ISSUING, san: extension(EXT.san, octetString(Buffer.from(DEVICE_NAME))) })),
  ],
  [
    'a name that claims to be longer than it is',
    'device-certificate-invalid',
    () => {
      const names = sequence(dnsName(DEVICE_NAME));
      names[3] = 0x7f;
      return shown(device({ issuer: ISSUING, san: extension(EXT.san, names) }));
    },
  ],
  [
    'bytes behind the list of names',
    'device-certificate-invalid',
    () =>
      shown(
        device({
          issuer: ISSUING,
          san: extension(EXT.san, Buffer.concat([sequence(dnsName(DEVICE_NAME)), Buffer.from('more')])),
        }),
      ),
    differs('unreadable'),
  ],
  [
    'the name in a constructed element',
    'device-identity-missing',
    () => by(wrapped(2, tlv(0x16, DEVICE_NAME))),
    boring('device-issuer-unknown', 'unreadable-extension', 'unreadable'),
  ],
  [
    'the names critical',
    'let-in',
    () => shown(device({ issuer: ISSUING, san: san([dnsName(DEVICE_NAME)], true) })),
  ],
]);
