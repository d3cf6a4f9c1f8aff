import { createHash, generateKeyPair, sign, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { type Asn1, asn1 } from '../pki/asn1.ts';
import { toPem } from '../pki/certificate.ts';
import type { ClientCertificate } from './connection.ts';

const { Class, Type } = asn1;

const VERSION_3 = '\x02';
const HOUR_MS = 3_600_000;
const NAME = 'POS Pairing self-test';
const OID_COMMON_NAME = '2.5.4.3';
/** RFC 5758 section 3.2. */
const OID_ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

const sequence = (...parts: Asn1[]): Asn1 => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);
const primitive = (type: (typeof Type)[keyof typeof Type], bytes: string): Asn1 =>
  asn1.create(Class.UNIVERSAL, type, false, bytes);
const oid = (dotted: string): Asn1 => primitive(Type.OID, asn1.oidToDer(dotted).getBytes());
/** UTCTime ends with the year 2049 (RFC 5280 section 4.1.2.5). */
const time = (ms: number): Asn1 => {
  const date = new Date(ms);
  return date.getUTCFullYear() < 2050
    ? primitive(Type.UTCTIME, asn1.dateToUtcTime(date))
    : primitive(Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date));
};
const der = (node: Asn1): Buffer => Buffer.from(asn1.toDer(node).getBytes(), 'latin1');

/**
 * A throwaway self-signed client certificate (RFC 5280, EC P-256) that no device can have issued. A device
 * that lets it in does not check client certificates. The key exists only in memory. node-forge writes the DER but
 * signs with RSA only, whose keys take a hundred times as long to make.
 *
 * @param now milliseconds since 1970
 */
export async function makeStranger(now: number): Promise<ClientCertificate> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'prime256v1' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = sequence(oid(OID_ECDSA_WITH_SHA256));
  const name = sequence(
    asn1.create(Class.UNIVERSAL, Type.SET, true, [
      sequence(oid(OID_COMMON_NAME), primitive(Type.UTF8, NAME)),
    ]),
  );
  const toBeSigned = sequence(
    asn1.create(Class.CONTEXT_SPECIFIC, 0, true, [primitive(Type.INTEGER, VERSION_3)]),
    // Its own for each, from the key: a device that remembers certificates by number sees no two alike.
    primitive(Type.INTEGER, `\x01${createHash('sha256').update(spki).digest().toString('latin1', 0, 15)}`),
    algorithm,
    name,
    sequence(time(now - HOUR_MS), time(now + HOUR_MS)),
    name,
    asn1.fromDer(spki.toString('latin1')),
  );
  const signature = sign('sha256', der(toBeSigned), privateKey);
  const certificate = sequence(
    toBeSigned,
    algorithm,
    // First octet of a BIT STRING: number of unused bits.
    primitive(Type.BITSTRING, `\0${signature.toString('latin1')}`),
  );
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificateChainPem: toPem(new X509Certificate(der(certificate))),
  };
}
