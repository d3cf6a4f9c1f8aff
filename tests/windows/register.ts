import { join } from 'node:path';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { createCore } from '../../electron/core/core.ts';
import type { AttemptEnd, News } from '../../electron/core/news.ts';
import { type PolicyPlaces, readPolicy } from '../../electron/core/policy/read-policy.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import { TEST_TIMING } from '../support/register.ts';
import { MemoryCipher } from '../support/vault.ts';
import type { RemoteDevice } from './devices.ts';

/**
 * The app's core with its files in `folder`, as the shell puts it together, but for the key store: Node alone has no
 * DPAPI. It has no policy unless it is told where that may be.
 */
export function startRegister(folder: string, policyPlaces?: PolicyPlaces) {
  const listeners = new Set<(news: News) => void>();
  const core = createCore({
    documents: electronStoreDocuments(join(folder, 'vault')),
    historyFolder: join(folder, 'history'),
    cipher: new MemoryCipher(),
    builtAt: 0,
    timing: TEST_TIMING,
    software: { version: '1.0.0', system: 'Test 1' },
    proxyFor: async () => undefined,
    // No kit is written here.
    readSample: (name) => {
      throw new Error(name);
    },
    searchRanges: () => [{ cidr: '127.0.0.0/30', interfaceName: 'test', hostCount: 2, virtual: false }],
    ...(policyPlaces && { readPolicy: () => readPolicy(policyPlaces) }),
    tell: (news) => {
      for (const listener of listeners) listener(news);
    },
  });
  return {
    core,
    trust(rootCaPem: string) {
      const { candidates } = core.rootCaImport.preview(new TextEncoder().encode(rootCaPem));
      return core.trustRootCas(candidates.map(({ root }) => root.fingerprint256));
    },
    /** Pairs with the code the device shows, unless told otherwise. */
    pair(
      device: RemoteDevice,
      change: Partial<PairingRequest> & Pick<PairingRequest, 'transport' | 'code'>,
    ): Promise<AttemptEnd> {
      const ended = new Promise<AttemptEnd>((resolve) => {
        const listener = (news: News) => {
          if (news.type !== 'pairing-ended') return;
          listeners.delete(listener);
          resolve(news.end);
        };
        listeners.add(listener);
      });
      core.pairing.start({
        address: device.addresses[change.transport],
        serialSource: 'typed',
        posId: 'POS-1',
        serial: device.serial,
        replaces: null,
        allowSwap: false,
        ...change,
      });
      return ended;
    },
  };
}
