import type { KitFile, KitFormat } from '../../../shared/connection-kit.ts';

/** Names within a kit. */
export const KIT_NAMES = {
  keyStore: 'pos.p12',
  privateKey: 'pos-private-key.pem',
  certificate: 'pos-certificate.pem',
  rootCa: 'root-ca.pem',
  connection: 'connection.json',
  readMe: 'README.txt',
} as const;

/**
 * Python's standard library reads no PKCS#12; curl presents the certificates of one in the wrong order with some
 * versions of OpenSSL.
 */
const PEM_SAMPLES = ['status.py', 'status.sh'];
const SAMPLES = ['status.mjs', 'Status.java', 'csharp/Program.cs', 'csharp/Status.csproj', ...PEM_SAMPLES];
export const SAMPLE_FOLDER = 'samples';

const isPem = (format: KitFormat): boolean => format === 'pem' || format === 'pem-plain';

/** The sample clients that can read the key of a kit. */
export const samplesFor = (format: KitFormat): readonly string[] =>
  SAMPLES.filter((name) => isPem(format) || !PEM_SAMPLES.includes(name));

/** What a kit consists of, the key first. */
export function filesOf(format: KitFormat): KitFile[] {
  const keys: KitFile[] = isPem(format)
    ? [
        { name: KIT_NAMES.privateKey, what: 'keys', holdsKey: true },
        { name: KIT_NAMES.certificate, what: 'certificates', holdsKey: false },
      ]
    : [{ name: KIT_NAMES.keyStore, what: 'keys', holdsKey: true }];
  return [
    ...keys,
    { name: KIT_NAMES.rootCa, what: 'root-ca', holdsKey: false },
    { name: KIT_NAMES.connection, what: 'description', holdsKey: false },
    { name: KIT_NAMES.readMe, what: 'read-me', holdsKey: false },
    ...samplesFor(format).map(
      (name): KitFile => ({ name: `${SAMPLE_FOLDER}/${name}`, what: 'sample', holdsKey: false }),
    ),
  ];
}
