import { release, type } from 'node:os';
import { join } from 'node:path';
import { app, safeStorage, session } from 'electron';
import { systemAccount } from './adapters/account.ts';
import { systemAutostart } from './adapters/autostart.ts';
import { type DataFolder, vaultFolder } from './adapters/data-folder.ts';
import { electronStoreDocuments } from './adapters/electron-store-documents.ts';
import { kitSample } from './adapters/kit-samples.ts';
import { policyPlaces } from './adapters/policy-places.ts';
import { safeStorageCipher } from './adapters/safe-storage-cipher.ts';
import { readSearchRanges } from './adapters/search-ranges.ts';
import { DEFAULT_TIMING } from './core/context.ts';
import { type Core, type CoreParts, createCore } from './core/core.ts';
import type { Tell } from './core/news.ts';
import { readPolicy } from './core/policy/read-policy.ts';
import type { DocumentStore } from './core/vault/documents.ts';

/** The core over a data folder. The app must be ready. */
export function makeCore(
  dataFolder: DataFolder,
  tell: Tell,
  documents: DocumentStore = electronStoreDocuments(vaultFolder(dataFolder)),
  more: Pick<CoreParts, 'openUpdates'> = {},
): Core {
  const places = policyPlaces();
  return createCore({
    documents,
    historyFolder: join(dataFolder.path, 'history'),
    cipher: safeStorageCipher(safeStorage),
    account: systemAccount(),
    builtAt: __BUILT_AT__,
    timing: DEFAULT_TIMING,
    software: { version: app.getVersion(), system: `${type()} ${release()}` },
    proxyFor: systemProxyFor,
    searchRanges: readSearchRanges,
    readSample: kitSample,
    autostart: systemAutostart(),
    ...(places && { readPolicy: () => readPolicy(places) }),
    ...more,
    tell,
  });
}

/** The first of what the system would take, such as `PROXY proxy.example:3128; DIRECT` (proxy auto-config). */
async function systemProxyFor(url: string): Promise<string | undefined> {
  // The windows' own session is told of none (window/lockdown.ts). This one is kept nowhere.
  const [first = ''] = (await session.fromPartition('system-proxy').resolveProxy(url)).split(';');
  return /^(?:PROXY|HTTPS?|SOCKS\d?) (\S+)/.exec(first.trim())?.[1];
}
