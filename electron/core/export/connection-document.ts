import type { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { kitFormatSchema } from '../../../shared/connection-kit.ts';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { summarize } from '../pki/certificate.ts';

const fingerprint = z.string().regex(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);

const certificateSchema = z
  .strictObject({
    role: z.enum(['pos', 'intermediate', 'root-ca', 'other-root', 'device']).meta({
      description:
        'pos: presented by the POS software. intermediate: presented along with it. root-ca: what the device is checked against. other-root: the root of the POS certificate, where that is another one. device: as it was when last paired.',
    }),
    subject: z.string().meta({ description: 'Distinguished name, most specific part first.' }),
    issuer: z.string().meta({ description: 'Distinguished name of the issuer.' }),
    validFrom: z.iso.datetime(),
    validTo: z.iso.datetime(),
    sha256: fingerprint,
  })
  .meta({ description: 'An X.509 certificate of the connection.' });

/** `connection.json`: what POS software must know of its device. Holds no key. */
export const connectionDocumentSchema = z
  .strictObject({
    version: z.literal(1),
    createdAt: z.iso.datetime(),
    posId: z.string().meta({ description: 'The POS ID this register was paired under.' }),
    host: z.string().meta({ description: 'IP address or name the device is reached at.' }),
    port: z.int().min(1).max(65535),
    url: z
      .string()
      .regex(/^wss:\/\//)
      .meta({ description: 'WebSocket URL of the device’s one channel.' }),
    serialNumber: z
      .string()
      .nullable()
      .meta({ description: 'Serial number of the device; null when its certificate names none.' }),
    expectedSan: z.string().nullable().meta({
      description:
        'The DNS name that must be among the SANs of the device’s certificate, whatever address it is reached at. null: compare deviceCertificateSha256 instead.',
    }),
    deviceCertificateSha256: fingerprint.meta({
      description:
        'SHA-256 over the DER form of the device’s certificate. Changes when the device renews it.',
    }),
    rootCaSha256: fingerprint.meta({
      description: 'SHA-256 over the DER form of root-ca.pem, the only trust anchor.',
    }),
    format: kitFormatSchema.meta({
      description:
        'What holds the private key. p12, p12-legacy: pos.p12. pem, pem-plain: pos-private-key.pem and pos-certificate.pem.',
    }),
    certificates: z.array(certificateSchema),
  })
  .meta({ title: 'connection.json of a POS Pairing connection kit' });
type ConnectionDocument = z.infer<typeof connectionDocumentSchema>;

/** The certificates of a kit, by what they are for. */
export interface KitCertificates {
  readonly pos: X509Certificate;
  readonly intermediates: readonly X509Certificate[];
  readonly rootCa: X509Certificate;
  /** Roots that the POS certificate leads to, where that is not the Root CA. */
  readonly otherRoots: readonly X509Certificate[];
}

type Role = ConnectionDocument['certificates'][number]['role'];

function entry(role: Role, summary: PairingRecord['deviceCertificate']) {
  const { subject, issuer, validFrom, validTo, fingerprint256: sha256 } = summary;
  return { role, subject, issuer, validFrom, validTo, sha256 };
}

/** @param now milliseconds since 1970 */
export function connectionDocument(
  { posId, address, identity, deviceCertificate }: PairingRecord,
  format: ConnectionDocument['format'],
  { pos, intermediates, rootCa, otherRoots }: KitCertificates,
  now: number,
): ConnectionDocument {
  const entries = (role: Role, certificates: readonly X509Certificate[]) =>
    certificates.map((certificate) => entry(role, summarize(certificate)));
  return {
    version: 1,
    createdAt: new Date(now).toISOString(),
    posId,
    host: address.host,
    port: address.port,
    url: `wss://${formatAuthority(address)}/`,
    serialNumber: identity.kind === 'serial' ? identity.serial : null,
    expectedSan: identity.kind === 'serial' ? (identity.name ?? null) : null,
    deviceCertificateSha256: deviceCertificate.fingerprint256,
    rootCaSha256: rootCa.fingerprint256,
    format,
    certificates: [
      ...entries('pos', [pos]),
      ...entries('intermediate', intermediates),
      ...entries('root-ca', [rootCa]),
      ...entries('other-root', otherRoots),
      entry('device', deviceCertificate),
    ],
  };
}
