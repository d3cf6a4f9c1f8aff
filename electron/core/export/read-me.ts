import type { KitFormat } from '../../../shared/connection-kit.ts';
import { serialOf } from '../../../shared/identity.ts';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { filesOf, KIT_NAMES, samplesFor } from './kit-files.ts';

const ABOUT: Readonly<Record<string, string>> = {
  [KIT_NAMES.keyStore]: 'private key, POS certificate, intermediates and Root CA (PKCS#12)',
  [KIT_NAMES.privateKey]: 'private key (PKCS#8)',
  [KIT_NAMES.certificate]: 'POS certificate, then the intermediates',
  [KIT_NAMES.rootCa]: 'the Root CA: trust it, and nothing else, for this device',
  [KIT_NAMES.connection]: 'where the device is and how it is recognised; no key',
};

const PASSWORD: Record<KitFormat, string> = {
  p12: 'pos.p12 is encrypted with AES-256 (PBKDF2 with SHA-256). The password was given by whoever exported it.',
  'p12-legacy':
    'pos.p12 is encrypted with 3DES and SHA-1, for software that knows nothing newer. The password was given by whoever exported it. Export a newer format as soon as the software reads it.',
  pem: 'pos-private-key.pem is encrypted with AES-256 (PBKDF2 with SHA-256). The password was given by whoever exported it.',
  'pem-plain':
    'pos-private-key.pem is NOT ENCRYPTED: whoever can read the file can pay and refund as this register. Give it to nobody, and keep the access to it as it is.',
};

const RUN: Readonly<Record<string, string>> = {
  'status.mjs': 'Node 20.11:   npm install ws && node status.mjs',
  'status.py': 'Python 3.10:  pip install websockets && python3 status.py',
  'Status.java': 'Java 17:      java Status.java',
  'csharp/Program.cs': '.NET 8:       dotnet run --project csharp',
  'status.sh': 'curl/OpenSSL: sh status.sh',
};

const lines = (
  known: Readonly<Record<string, string>>,
  names: readonly string[],
  indent: (name: string) => string,
) =>
  names.flatMap((name) => (known[name] === undefined ? [] : [`  ${indent(name)}${known[name]}`])).join('\n');

/** `README.txt` of a kit, from its template with `{{placeholders}}`. */
export function readMe(
  template: string,
  { posId, identity, address }: Pick<PairingRecord, 'posId' | 'identity' | 'address'>,
  format: KitFormat,
): string {
  const serial = serialOf(identity);
  const values: Readonly<Record<string, string>> = {
    posId,
    device: serial === '' ? 'without a serial number' : `serial number ${serial}`,
    address: formatAuthority(address),
    files: lines(
      ABOUT,
      filesOf(format).map(({ name }) => name),
      (name) => name.padEnd(22),
    ),
    password: PASSWORD[format],
    samples: lines(RUN, samplesFor(format), () => ''),
  };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
}
