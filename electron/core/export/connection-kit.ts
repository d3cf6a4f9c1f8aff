import { X509Certificate } from 'node:crypto';
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import {
  type KitFormat,
  type KitOutcome,
  type KitPassword,
  type KitPlan,
  parseKitPassword,
} from '../../../shared/connection-kit.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { Authorize } from '../access/manager-access.ts';
import type { CoreContext } from '../context.ts';
import { Failure, failure, required } from '../failure.ts';
import type { Tell } from '../news.ts';
import { isSelfSigned, sameCertificate, toPem } from '../pki/certificate.ts';
import type { Credentials } from '../pki/credentials.ts';
import { findPemBlocks } from '../pki/pem.ts';
import { pinnedTrust } from '../root-ca/trust.ts';
import { connectionDocument, type KitCertificates } from './connection-document.ts';
import type { Drafts } from './drafts.ts';
import { encryptedKeyPem } from './encrypted-pem.ts';
import { filesOf, KIT_NAMES, SAMPLE_FOLDER, samplesFor } from './kit-files.ts';
import { generateKitPassword } from './kit-password.ts';
import { type KeyEntry, writeP12 } from './p12.ts';
import { readMe } from './read-me.ts';
import { type NewFile, writeNewFolder } from './write-folder.ts';

/** All of node-forge, which nothing else needs, is read for it. */
async function legacyP12(entry: KeyEntry, password: string): Promise<Buffer> {
  const { writeLegacyP12 } = await import('./legacy-p12.ts');
  return writeLegacyP12(entry, password);
}

export interface ConnectionKitParts {
  readonly context: Pick<CoreContext, 'vault' | 'now' | 'builtAt'>;
  /** Throws {@link Failure} `manager-needed` unless a manager has unlocked the app. */
  readonly authorize: Authorize;
  /** False when the organisation allows no export. */
  readonly isAllowed: boolean;
  /** A file of the kit that comes with the app, by its name in packaging/connection-kit. */
  readonly readSample: (name: string) => string;
  readonly drafts: Pick<Drafts, 'note' | 'forget'>;
  readonly tell: Tell;
}

export interface KitRequest {
  readonly pairingId: string;
  readonly format: KitFormat;
  readonly password: KitPassword;
  /** Asks for the absolute path of a folder that is to be made; null when the user thinks better of it. */
  readonly chooseFolder: (suggestedName: string) => Promise<string | null>;
}

interface InUse {
  readonly record: PairingRecord;
  readonly credentials: Credentials;
}

/** Hands over a pairing to POS software: its keys and certificates, with all that is needed to connect. */
export class ConnectionKit {
  readonly #parts: ConnectionKitParts;

  constructor(parts: ConnectionKitParts) {
    this.#parts = parts;
  }

  /** What an export would write. Throws {@link Failure} `export-not-allowed`, `not-found`. */
  plan(pairingId: string, format: KitFormat): KitPlan {
    this.#requireAllowed();
    const { vault } = this.#parts.context;
    const record = vault.find(pairingId);
    if (!record) throw failure('not-found', `pairing ${pairingId}`);
    return {
      files: filesOf(format),
      reader: userInfo().username,
      pending: !record.proved,
    };
  }

  /**
   * Writes the kit of a pairing into a new folder, with the keys that are in use; with those that wait for their first
   * proved connection only when there are no others. Throws {@link Failure} `export-not-allowed`, `manager-needed`, `not-found`,
   * `root-ca-missing`, `root-ca-replaced`, `export-*`, and failures of the storage.
   */
  async export({ pairingId, format, password, chooseFolder }: KitRequest): Promise<KitOutcome> {
    const { context, authorize, drafts, tell } = this.#parts;
    this.#requireAllowed();
    authorize();
    const secret = passwordFor(format, password);
    const known = context.vault.find(pairingId);
    if (!known) throw failure('not-found', `pairing ${pairingId}`);
    pinnedTrust(known, context);
    const folder = await chooseFolder(folderName(known));
    if (folder === null) return { outcome: 'cancelled' };
    // The dialog may have stood open after the manager has left, and while the pairing was made anew.
    authorize();
    await writeNewFolder(folder, await this.#filesFor(await this.#inUse(pairingId), format, secret), drafts);
    tell({ type: 'kit-exported', pairing: known, format, folder: basename(folder) });
    return { outcome: 'written', folder, password: password.kind === 'generated' ? secret : null };
  }

  #requireAllowed(): void {
    if (!this.#parts.isAllowed) throw failure('export-not-allowed');
  }

  async #inUse(pairingId: string): Promise<InUse> {
    const stored = await this.#parts.context.vault.credentials(pairingId);
    const chosen = stored.find(({ pending }) => !pending) ?? stored[0];
    if (!chosen) throw failure('not-found', `pairing ${pairingId}`);
    if (chosen.error) throw new Failure(chosen.error);
    return chosen;
  }

  async #filesFor({ record, credentials }: InUse, format: KitFormat, password: string): Promise<NewFile[]> {
    const { context, readSample } = this.#parts;
    const [own] = pinnedTrust(record, context).rootCas;
    if (!own) throw failure('root-ca-missing');
    const { root } = own;
    const certificates = certificatesOf(credentials, root);
    const connection = connectionDocument(record, format, certificates, context.now());
    return [
      ...(await keyFiles(format, credentials, certificates, password, `POS ${record.posId}`)),
      { name: KIT_NAMES.rootCa, content: toPem(root) },
      { name: KIT_NAMES.connection, content: `${JSON.stringify(connection, null, 2)}\n` },
      { name: KIT_NAMES.readMe, content: readMe(readSample(KIT_NAMES.readMe), record, format) },
      ...samplesFor(format).map((name) => ({
        name: `${SAMPLE_FOLDER}/${name}`,
        content: readSample(name),
      })),
    ];
  }
}

/** The password of a kit, or '' for one without. */
function passwordFor(format: KitFormat, password: KitPassword): string {
  if ((format === 'pem-plain') !== (password.kind === 'none'))
    throw failure('invalid-request', `${format} with password: ${password.kind}`);
  switch (password.kind) {
    case 'typed':
      return required(parseKitPassword(password.text));
    case 'generated':
      return generateKitPassword();
    case 'none':
      return '';
  }
}

/** A name that every file system takes. */
const folderName = ({ posId }: PairingRecord): string => {
  const plain = posId.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '');
  return plain === '' ? 'pos-connection' : `pos-connection-${plain}`;
};

const withoutTwins = (certificates: readonly X509Certificate[]): X509Certificate[] =>
  certificates.filter(
    (certificate, index) => certificates.findIndex((other) => sameCertificate(other, certificate)) === index,
  );

function certificatesOf(
  { certificateChainPem, issuerPem }: Credentials,
  rootCa: X509Certificate,
): KitCertificates {
  const [pos, ...delivered] = findPemBlocks(certificateChainPem).map(({ pem }) => new X509Certificate(pem));
  if (!pos) throw failure('storage-undecryptable', 'no certificate is stored with the key');
  const above = withoutTwins([...delivered, new X509Certificate(issuerPem)]).filter(
    (certificate) => !sameCertificate(certificate, pos) && !sameCertificate(certificate, rootCa),
  );
  return {
    pos,
    intermediates: above.filter((certificate) => !isSelfSigned(certificate)),
    rootCa,
    otherRoots: above.filter(isSelfSigned),
  };
}

async function keyFiles(
  format: KitFormat,
  { privateKeyPem }: Credentials,
  { pos, intermediates, rootCa }: KitCertificates,
  password: string,
  name: string,
): Promise<NewFile[]> {
  const entry: KeyEntry = {
    privateKeyPem,
    // No other root: readers such as Node trust whatever CA certificate stands in the file.
    certificates: [pos, ...intermediates, rootCa],
    name,
  };
  const certificate = { name: KIT_NAMES.certificate, content: [pos, ...intermediates].map(toPem).join('') };
  switch (format) {
    case 'p12':
      return [{ name: KIT_NAMES.keyStore, content: await writeP12(entry, password) }];
    case 'p12-legacy':
      return [{ name: KIT_NAMES.keyStore, content: await legacyP12(entry, password) }];
    case 'pem':
      return [
        { name: KIT_NAMES.privateKey, content: await encryptedKeyPem(privateKeyPem, password) },
        certificate,
      ];
    case 'pem-plain':
      return [{ name: KIT_NAMES.privateKey, content: privateKeyPem }, certificate];
  }
}
