import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Fault } from './faults.ts';
import { identityFor, type VendorPki } from './identity.ts';
import type { CertifiedKey } from './pki.ts';

/** How the device speaks TLS under a fault. */
export interface TlsProfile {
  readonly secureContext: SecureContext;
  readonly requestCert: boolean;
  /** Whether a client without a certificate is refused with an alert. */
  readonly demandsCert: boolean;
  readonly gated: boolean;
}

interface ProfileParts {
  readonly vendor: VendorPki;
  readonly serial: string;
  readonly certificate: CertifiedKey;
  readonly announcedCas: Promise<string[]>;
}

export async function createTlsProfile(fault: Fault, parts: ProfileParts): Promise<TlsProfile> {
  const [identity, ca] = await Promise.all([
    identityFor(fault, parts.vendor, parts.serial, parts.certificate),
    parts.announcedCas,
  ]);
  return {
    secureContext: createSecureContext({
      key: identity.keyPem,
      cert: identity.chainPem,
      ca,
      // Without it OpenSSL rejects resumed sessions that had a client certificate.
      sessionIdContext: 'simulated-device',
      ...protocolUnder(fault),
    }),
    requestCert: fault !== 'tls-only',
    demandsCert: fault === 'demands-certificate' || fault === 'demands-certificate-tls-1.2',
    gated: fault === 'mtls-refused-alert',
  };
}

function protocolUnder(fault: Fault): SecureContextOptions {
  // OpenSSL 3 counts the signatures of TLS 1.0 and 1.1 as too weak for any security level above 0.
  if (fault === 'tls-1.1')
    return { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' };
  // In TLS 1.3 the client certificate is encrypted, and the gate could not see it.
  if (fault === 'mtls-refused-alert' || fault === 'demands-certificate-tls-1.2')
    return { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
  return { minVersion: 'TLSv1.2' };
}
