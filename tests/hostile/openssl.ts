import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DEVICE_NAME, pemOf } from './certificates.ts';
import { ROOT, type ShownChain } from './chains/chain-case.ts';

const run = promisify(execFile);

export interface OpenSslVerdict {
  readonly ok: boolean;
  /** Its own words for the first thing it objects to. */
  readonly words: string;
  /** The same with `-x509_strict`. */
  readonly strictlyOk: boolean;
}

/** The version of the command `openssl`; undefined where there is none. */
export async function openSslVersion(): Promise<string | undefined> {
  try {
    return (await run('openssl', ['version'])).stdout.split(' ').slice(0, 2).join(' ');
  } catch {
    return undefined;
  }
}

/**
 * What a TLS client made of OpenSSL would say: `-purpose sslserver` is what such a client asks for, `-auth_level 2` the
 * strength it asks for by default on Debian and Ubuntu (112 bits, no SHA-1), `-verify_hostname` the one name a register
 * would have typed; and no store of the system. `-x509_strict` is asked beside that and decides nothing: no TLS client
 * sets it, and devices leave out key identifiers that it insists on.
 */
export async function askOpenSsl({
  chain,
  roots = [ROOT.der],
  name = DEVICE_NAME,
}: ShownChain): Promise<OpenSslVerdict> {
  const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-chain-'));
  const file = (fileName: string, ders: readonly Uint8Array[]) => {
    const path = join(folder, fileName);
    writeFileSync(path, ders.map(pemOf).join(''));
    return path;
  };
  const [leaf = Buffer.alloc(0), ...untrusted] = chain;
  const flags = [
    ...['-purpose', 'sslserver', '-auth_level', '2', '-no-CApath', '-no-CAstore'],
    ...['-CAfile', file('roots.pem', roots)],
    ...(untrusted.length > 0 ? ['-untrusted', file('untrusted.pem', untrusted)] : []),
    ...[isIP(name) ? '-verify_ip' : '-verify_hostname', name],
  ];
  const leafFile = file('leaf.pem', [leaf]);
  const verify = (more: readonly string[]) =>
    run('openssl', ['verify', ...flags, ...more, leafFile]).then(
      () => '',
      ({ stderr }: { readonly stderr: string }) =>
        /error \d+ at \d+ depth lookup: (.*)/.exec(stderr)?.[1] ?? 'cannot be read',
    );
  try {
    const [words, strict] = await Promise.all([verify([]), verify(['-x509_strict'])]);
    return { ok: words === '', words, strictlyOk: strict === '' };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
