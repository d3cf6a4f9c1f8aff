import { deviceDnsName, type VendorPki } from '../simulator/device.ts';
import { type CertifiedKey, issueCertificate } from '../simulator/pki.ts';

/** A device's certificate and a register's, as the vendor's PKI would issue them. */
export async function issuePair(pki: VendorPki, serial: string) {
  const [device, client] = await Promise.all([
    issueCertificate({
      commonName: 'device',
      issuer: pki.intermediate,
      extendedKeyUsage: ['serverAuth'],
      dnsNames: [deviceDnsName(serial)],
    }),
    issueCertificate({ commonName: 'POS-1', issuer: pki.intermediate, extendedKeyUsage: ['clientAuth'] }),
  ]);
  return { device, client, own: presented(client, pki) };
}

const presented = ({ privateKeyPem, certificatePem }: CertifiedKey, pki: VendorPki) => ({
  privateKeyPem,
  certificateChainPem: certificatePem + pki.intermediate.certificatePem,
});
