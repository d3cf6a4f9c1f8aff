import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { DeviceBehaviour } from './behaviour.ts';
import type { Fault } from './faults.ts';
import { type DeviceLabel, factoryIdentity, identityFor, type VendorPki } from './identity.ts';
import type { ClientIssuer } from './ledger.ts';
import type { CertifiedKey } from './pki.ts';

/** Node's word for BoringSSL, which Electron has in place of OpenSSL. */
const BORING_SSL = '0.0.0';

/** OpenSSL 3 counts the signatures of TLS 1.0 and 1.1 as too weak for any security level above 0. */
export const OLD_TLS: { readonly minVersion: 'TLSv1'; readonly ciphers?: string } = {
  minVersion: 'TLSv1',
  ...(process.versions.openssl !== BORING_SSL && { ciphers: 'DEFAULT:@SECLEVEL=0' }),
};

/** How the device speaks TLS under a fault and a behaviour. */
export interface TlsProfile {
  readonly secureContext: SecureContext;
  readonly requestCert: boolean;
  /** Ends the handshake with an alert when the client has no certificate (RFC 8446: certificate_required). */
  readonly demandsCert: boolean;
}

interface ProfileParts {
  readonly vendor: VendorPki;
  readonly label: DeviceLabel;
  readonly certificate: CertifiedKey;
  readonly announcedCa: (issuer: ClientIssuer) => Promise<string>;
}

/** What of the behaviour a profile depends on. */
export function profileKey(fault: Fault, behaviour: DeviceBehaviour): string {
  const { tls, activated, demandsClientCertificate, clientIssuer } = behaviour;
  return [fault, tls, activated, demandsClientCertificate, clientIssuer].join(' ');
}

export async function createTlsProfile(
  fault: Fault,
  behaviour: DeviceBehaviour,
  { vendor, label, certificate, announcedCa }: ProfileParts,
): Promise<TlsProfile> {
  const [identity, ca] = await Promise.all([
    behaviour.activated ? identityFor(fault, vendor, label, certificate) : factoryIdentity(certificate),
    announcedCa(behaviour.clientIssuer),
  ]);
  return {
    secureContext: createSecureContext({
      key: identity.keyPem,
      cert: identity.chainPem,
      // The names in the CertificateRequest come from here. What a client presents is judged by the ledger.
      ca,
      // Without it OpenSSL rejects resumed sessions that had a client certificate.
      sessionIdContext: 'simulated-device',
      ...protocolUnder(fault, behaviour),
    }),
    requestCert: fault !== 'tls-only',
    demandsCert: behaviour.demandsClientCertificate,
  };
}

function protocolUnder(fault: Fault, { tls }: DeviceBehaviour): SecureContextOptions {
  if (fault === 'tls-1.1') return { ...OLD_TLS, maxVersion: 'TLSv1.1' };
  if (tls !== 'both') return { minVersion: tls, maxVersion: tls };
  if (fault === 'mtls-refused-alert') return { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
  return { minVersion: 'TLSv1.2' };
}
