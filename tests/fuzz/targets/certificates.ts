import { X509Certificate } from 'node:crypto';
import { readIdentity } from '../../../electron/core/device/identity.ts';
import {
  describeKey,
  isSelfSigned,
  parseCertificate,
  publicKeyFingerprint256,
  readExtensions,
  summarize,
  toPem,
  validityAt,
} from '../../../electron/core/pki/certificate.ts';
import { verifyChain } from '../../../electron/core/pki/chain.ts';
import { readRootCas } from '../../../electron/core/pki/root-ca.ts';
import { findWeakness } from '../../../electron/core/pki/strength.ts';
import { certificateSummarySchema } from '../../../shared/pairing.ts';
import { rootCaPreviewSchema } from '../../../shared/root-ca.ts';
import type { Choices } from '../choices.ts';
import { type Material, SERIAL } from '../material.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { mutateDer } from '../mutate/der.ts';
import { mutatePem } from '../mutate/pem.ts';
import { anyBytes, codeOfThrown, mostly, must, mutated, type Target, target } from '../target.ts';

const now = Date.now();

function importFile(bytes: Buffer, keyPieces: readonly string[]): string {
  try {
    const { candidates, leftOut } = readRootCas(bytes, now, 0);
    const preview = {
      candidates: candidates.map(({ root, intermediates }) => ({
        root: summarize(root),
        intermediates: intermediates.map(summarize),
        isTrusted: false,
      })),
      leftOut: [...leftOut],
    };
    must(rootCaPreviewSchema.safeParse(preview).success, 'what was read can be shown');
    for (const { root } of candidates) {
      must(isSelfSigned(root) && readExtensions(root).isCa, 'a Root CA signs itself and is a CA');
      must(
        validityAt(root, now) === 'valid' && describeKey(root.publicKey).strong,
        'a Root CA is in date and strong',
      );
      const [again] = readRootCas(Buffer.from(toPem(root)), now, 0).candidates;
      must(again.root.fingerprint256 === root.fingerprint256, 'a Root CA is read as it is stored');
    }
    return leftOut.length > 0 ? 'ok, with some left out' : 'ok';
  } catch (thrown) {
    return codeOfThrown(thrown, keyPieces);
  }
}

/** A text or DER: each in its own way. */
function mutateFile(data: Buffer, choices: Choices): Buffer {
  if (data[0] === 0x30) return mutateDer(data, choices);
  if (data[0] === 0xff || choices.below(8) === 0) return mutateBytes(data, choices);
  return Buffer.from(mutatePem(data.toString(), choices));
}

/** All that is asked of the certificate of a device whose chain is judged. */
function judgeCertificate(der: Buffer, anchors: readonly X509Certificate[]): string {
  const certificate = parseCertificate(der);
  if (!certificate) return 'no certificate';
  must(certificateSummarySchema.safeParse(summarize(certificate)).success, 'a certificate can be told');
  readExtensions(certificate);
  publicKeyFingerprint256(certificate);
  try {
    const chain = verifyChain({ leaf: certificate, intermediates: anchors, anchors, now });
    if (chain.ok) findWeakness(chain.path);
  } catch {
    // As in connection.ts, where all that can be thrown of a device's certificate is one error.
    return 'unreadable in part';
  }
  for (const host of ['192.168.178.67', 'till.example', 'fe80::1']) {
    try {
      const identity = readIdentity(certificate, host);
      if (host !== 'fe80::1') continue;
      must(
        identity.kind === 'serial',
        'a device at an address that it does not name is known by its serial number',
      );
      return identity.kind === 'serial' && identity.serial === SERIAL
        ? 'its serial number'
        : 'another serial number';
    } catch (thrown) {
      if (host === 'fe80::1') return codeOfThrown(thrown);
      codeOfThrown(thrown);
    }
  }
  return '';
}

export function certificateTargets({ rootCaFiles, certificates, keyPieces }: Material): Target[] {
  const files = rootCaFiles.map((file) => Buffer.from(file, 'base64'));
  const ders = certificates.map((der) => Buffer.from(der, 'base64'));
  const anchors = ders.slice(2, 5).map((der) => new X509Certificate(der));
  return [
    target({
      name: 'root-ca-file',
      about: 'Root CA import: PEM, DER, PKCS#7, bundles, REST answers',
      share: 10,
      reaches: [
        'ok',
        'ok, with some left out',
        'root-ca-unreadable',
        'root-ca-has-private-key',
        'root-ca-weak',
        'root-ca-not-ca',
      ],
      inputs: mostly(mutated(files, mutateFile), anyBytes),
      run: (file) => importFile(file, keyPieces),
      guided: { seeds: files, mutate: mutateFile, run: (file) => importFile(file, keyPieces) },
    }),
    target({
      name: 'certificate',
      about: 'Certificates of devices: dates, extensions, names, keys',
      share: 30,
      reaches: ['no certificate', 'its serial number', 'device-identity-missing'],
      inputs: mostly(mutated(ders, mutateDer), anyBytes, 15),
      run: (der) => judgeCertificate(der, anchors),
      guided: { seeds: ders, mutate: mutateDer, run: (der) => judgeCertificate(der, anchors) },
    }),
  ];
}
