import type { Push } from '../../shared/ipc/index.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { SearchRange } from '../../shared/search.ts';
import type { Settings, ShownLanguage } from '../../shared/settings.ts';
import type { PairingStatus } from '../../shared/status.ts';
import { currentTrust, type PairingContext, type Timing } from './context.ts';
import { DeviceSearch } from './discovery/device-search.ts';
import { endOfAttempt, moveOf, StatusChanges } from './history/events.ts';
import { History, type NewHistoryEntry } from './history/history.ts';
import { PairingService } from './pairing/pairing-service.ts';
import { RootCaImport } from './root-ca/root-ca-import.ts';
import { SettingsStore } from './settings/settings-store.ts';
import { ConnectionMonitor, DEFAULT_HEARTBEAT } from './status/monitor.ts';
import type { SecretCipher } from './vault/cipher.ts';
import type { DocumentStore } from './vault/documents.ts';
import { StorageNotices } from './vault/notices.ts';
import { Vault } from './vault/vault.ts';

const TICK_MS = 5_000;

export interface ServiceParts {
  readonly documents: DocumentStore;
  /** Where the history is kept. */
  readonly historyFolder: string;
  readonly cipher: SecretCipher;
  /** Milliseconds since 1970. */
  readonly builtAt: number;
  readonly timing: Timing;
  /** What may be searched for devices. */
  readonly searchRanges: () => SearchRange[];
  readonly languageFor: (choice: Settings['language']) => ShownLanguage;
  readonly push: (push: Push) => void;
  readonly onStatus: (pairing: PairingRecord, status: PairingStatus) => void;
}

export type AppServices = ReturnType<typeof createServices>;

/** The core, put together: what the window, and later a command line, work with. Knows nothing of Electron. */
export function createServices({ documents, push, ...parts }: ServiceParts) {
  const notices = new StorageNotices(() => push({ type: 'notices-changed', notices: [...notices.all] }));
  const settings = new SettingsStore(documents, notices);
  const vault = new Vault(documents, parts.cipher, notices);
  const history = new History({ directory: parts.historyFolder, now: Date.now, notices });
  const context: PairingContext = { vault, now: Date.now, builtAt: parts.builtAt, timing: parts.timing };
  const statusChanges = new StatusChanges();

  const remember = (event: NewHistoryEntry) => {
    history.append(event);
    push({ type: 'history-changed' });
  };
  const search = new DeviceSearch({
    trust: () => currentTrust(context),
    ranges: parts.searchRanges,
    onProgress: (progress) => push({ type: 'search-progress', progress }),
  });
  const monitor = new ConnectionMonitor({
    context,
    settings: () => settings.get(),
    search: (port, signal) => search.search(port, signal),
    heartbeat: DEFAULT_HEARTBEAT,
    random: Math.random,
    later: (work, ms) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    onPairing: (pairing) => push({ type: 'pairing-changed', pairing }),
    onMoved: (pairing, from) => remember(moveOf(pairing, from)),
    onStatus: (pairing, status) => {
      push({ type: 'status-changed', pairingId: pairing.id, status });
      const entry = statusChanges.entryFor(pairing, status);
      if (entry) remember(entry);
      parts.onStatus(pairing, status);
    },
  });
  const pairing = new PairingService({
    context,
    onProgress: (progress) => push({ type: 'pairing-progress', progress }),
    exclusively: (attempt, concerns) => monitor.withoutChannels(attempt, concerns),
    onEnd: (end) => {
      if (end.stored) {
        push({ type: 'pairing-changed', pairing: end.stored });
        monitor.pairingChanged(end.stored);
      }
      remember(endOfAttempt(end));
    },
  });
  const preferences = () => ({
    settings: settings.get(),
    language: parts.languageFor(settings.get().language),
  });
  settings.onChange(() => push({ type: 'settings-changed', ...preferences() }));

  let ticking: NodeJS.Timeout | undefined;
  return {
    settings,
    preferences,
    vault,
    history,
    remember,
    search,
    monitor,
    pairing,
    rootCaImport: new RootCaImport(context),
    /** Starts the scheduled checks. */
    start: () => {
      monitor.tick();
      ticking = setInterval(() => monitor.tick(), TICK_MS);
    },
    /** Ends everything that runs and waits for it. */
    close: async () => {
      clearInterval(ticking);
      await Promise.allSettled([pairing.close(), search.close(), monitor.close()]);
    },
  };
}
