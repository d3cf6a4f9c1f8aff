import {
  authority,
  device,
  ecKey,
  generalizedTime,
  inDays,
  time,
  utcTime,
  validity,
} from '../certificates.ts';
import type { Der } from '../der.ts';
import { group, ISSUING, ROOT, type ShownChain, shown } from './chain-case.ts';

const SECOND_MS = 1000;
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * SECOND_MS);
const leaf = (from: Date | Der, to: Date | Der): ShownChain =>
  shown(device({ issuer: ISSUING, valid: validity(from, to) }));
const ca = (from: Date, to: Date): ShownChain => {
  const issuing = authority({
    subject: 'Vendor Issuing CA',
    key: ecKey('issuing'),
    issuer: ROOT,
    valid: validity(from, to),
  });
  return shown(device({ issuer: issuing }), [issuing]);
};

export const DATES = group('dates', [
  [
    'the device’s certificate ended yesterday',
    'device-certificate-expired',
    () => leaf(inDays(-9), inDays(-1)),
  ],
  ['it ended five seconds ago', 'device-certificate-expired', () => leaf(inDays(-9), inSeconds(-5))],
  [
    'it ended in 1970',
    'device-certificate-expired',
    () => leaf(utcTime('700101000000Z'), utcTime('700102000000Z')),
  ],
  ['it begins tomorrow', 'device-certificate-not-yet-valid', () => leaf(inDays(1), inDays(9))],
  ['it begins in an hour', 'device-certificate-not-yet-valid', () => leaf(inSeconds(3600), inDays(9))],
  ['it ends before it begins', 'device-certificate-not-yet-valid', () => leaf(inDays(9), inDays(1))],
  ['it outlives its issuer', 'let-in', () => leaf(inDays(-1), inDays(9000))],
  ['it is older than its issuer', 'let-in', () => leaf(inDays(-900), inDays(9))],
  ['it has no end (9999)', 'let-in', () => leaf(inDays(-1), generalizedTime('99991231235959Z'))],
  ['it ends in 2049, as UTCTime', 'let-in', () => leaf(inDays(-1), utcTime('491231235959Z'))],
  [
    'it ends in 1950 by the rule for two digits',
    'device-certificate-expired',
    () => leaf(utcTime('500101000000Z'), utcTime('500102000000Z')),
  ],
  [
    'it begins before 2050, as GeneralizedTime',
    'let-in',
    () => leaf(generalizedTime('20250101000000Z'), inDays(9)),
  ],
  ['UTCTime without seconds', 'device-certificate-invalid', () => leaf(utcTime('2501010000Z'), inDays(9))],
  [
    'UTCTime in another time zone',
    'device-certificate-invalid',
    () => leaf(utcTime('250101000000+0100'), inDays(9)),
  ],
  ['UTCTime without a Z', 'device-certificate-invalid', () => leaf(utcTime('250101000000'), inDays(9))],
  [
    'GeneralizedTime with fractions of a second',
    'device-certificate-invalid',
    () => leaf(generalizedTime('20250101000000.5Z'), inDays(9)),
  ],
  ['month 13', 'device-certificate-invalid', () => leaf(utcTime('251301000000Z'), inDays(9))],
  ['30 February', 'device-certificate-invalid', () => leaf(utcTime('250230000000Z'), inDays(9))],
  ['a leap second', 'device-certificate-invalid', () => leaf(utcTime('161231235960Z'), inDays(9))],
  ['no digits', 'device-certificate-invalid', () => leaf(utcTime('yesterday'), inDays(9))],
  ['an empty time', 'device-certificate-invalid', () => leaf(utcTime(''), inDays(9))],
  [
    'a year of five digits',
    'device-certificate-invalid',
    () => leaf(inDays(-1), generalizedTime('100000101000000Z')),
  ],
  ['the issuing CA ended yesterday', 'device-certificate-expired', () => ca(inDays(-9), inDays(-1))],
  ['the issuing CA begins tomorrow', 'device-certificate-not-yet-valid', () => ca(inDays(1), inDays(9))],
  [
    'the root has ended since it was added',
    'device-certificate-expired',
    () => {
      const root = authority({
        subject: 'Vendor Root CA',
        key: ecKey('root'),
        valid: validity(inDays(-90), inDays(-1)),
      });
      return shown(device({ issuer: root }), [], { roots: [root.der], addedDaysAgo: 30 });
    },
  ],
  [
    'the root had ended before it was to be added',
    'root-ca-expired',
    () => {
      const root = authority({
        subject: 'Vendor Root CA',
        key: ecKey('root'),
        valid: validity(inDays(-90), inDays(-1)),
      });
      return shown(device({ issuer: root }), [], { roots: [root.der] });
    },
  ],
  [
    'two CAs of one key, one ended, one to come',
    'device-certificate-expired',
    () => {
      const common = { subject: 'Vendor Issuing CA', key: ecKey('issuing'), issuer: ROOT };
      const ended = authority({ ...common, valid: validity(inDays(-9), inDays(-1)) });
      const toCome = authority({ ...common, valid: validity(inDays(1), inDays(9)) });
      return shown(device({ issuer: ended }), [ended, toCome]);
    },
  ],
  [
    'the time of a time zone within GeneralizedTime',
    'device-certificate-invalid',
    () => leaf(generalizedTime('20250101000000+0000'), inDays(9)),
  ],
  [
    'both ends are the same second',
    'device-certificate-expired',
    () => leaf(time(inDays(-1)), time(inDays(-1))),
  ],
]);
