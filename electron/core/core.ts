import { join } from 'node:path';
import type { SearchRange } from '../../shared/search.ts';
import type { Autostart } from './bridge/autostart.ts';
import { BridgeStore } from './bridge/bridge-store.ts';
import { Bridges } from './bridge/bridges.ts';
import { ChannelLeases } from './channel/channel-lease.ts';
import type { CoreContext, Timing } from './context.ts';
import { DeviceSearch } from './discovery/device-search.ts';
import { History } from './history/history.ts';
import { HistoryRecorder } from './history/recorder.ts';
import { later } from './later.ts';
import type { Tell } from './news.ts';
import { PairingService } from './pairing/pairing-service.ts';
import { AllChecks } from './pairings/all-checks.ts';
import { removePairing } from './pairings/remove-pairing.ts';
import { renamePairing } from './pairings/rename-pairing.ts';
import { RootCaImport } from './root-ca/root-ca-import.ts';
import { currentTrust } from './root-ca/trust.ts';
import { type RootCaChoice, trustRootCa } from './root-ca/trust-root-ca.ts';
import { SettingsStore } from './settings/settings-store.ts';
import { ConnectionMonitor, DEFAULT_HEARTBEAT } from './status/monitor.ts';
import { TimelineRecorder } from './timeline/timeline-recorder.ts';
import type { SecretCipher } from './vault/cipher.ts';
import type { DocumentStore } from './vault/documents.ts';
import { StorageNotices } from './vault/notices.ts';
import { Vault } from './vault/vault.ts';

const TICK_MS = 5_000;

export interface CoreParts {
  readonly documents: DocumentStore;
  /** Where the history is kept. */
  readonly historyFolder: string;
  readonly cipher: SecretCipher;
  /** Milliseconds since 1970. */
  readonly builtAt: number;
  readonly timing: Timing;
  /** What may be searched for devices. */
  readonly searchRanges: () => SearchRange[];
  /** Left out: the app cannot start with the computer. */
  readonly autostart?: Autostart;
  /** Hears of everything that happens, in the order it happens. */
  readonly tell: Tell;
}

export type Core = ReturnType<typeof createCore>;

/** The core, put together: what the window, and later a command line, work with. Knows nothing of Electron. */
export function createCore({ documents, ...parts }: CoreParts) {
  const notices = new StorageNotices();
  const settings = new SettingsStore(documents, notices);
  const vault = new Vault(documents, parts.cipher, notices);
  const history = new History({ directory: parts.historyFolder, now: Date.now, notices });
  const context: CoreContext = {
    vault,
    leases: new ChannelLeases(),
    now: Date.now,
    builtAt: parts.builtAt,
    timing: parts.timing,
  };
  const recorder = new HistoryRecorder(history);
  const timeline = new TimelineRecorder(join(parts.historyFolder, 'timeline'), Date.now);
  const tell: Tell = (news) => {
    // Kept first: what shows it may fail.
    const isKept = recorder.record(news);
    timeline.record(news);
    parts.tell(news);
    bridges.hear(news);
    if (isKept) parts.tell({ type: 'history-changed' });
  };

  const search = new DeviceSearch({
    trust: () => currentTrust(context),
    ranges: parts.searchRanges,
    onProgress: (progress) => tell({ type: 'search-progress', progress }),
  });
  const monitor = new ConnectionMonitor({
    context,
    settings: () => settings.get(),
    search: (port, signal) => search.search(port, signal),
    tills: {
      hasTill: (id) => bridges.hasTill(id),
      check: (id, signal) => bridges.check(id, signal),
    },
    heartbeat: DEFAULT_HEARTBEAT,
    random: Math.random,
    later,
    tell,
  });
  const bridges = new Bridges({
    context,
    store: new BridgeStore(documents, notices),
    autostart: parts.autostart,
    statusOf: (id) => monitor.statuses[id],
    onTillConnected: (id) => monitor.tillConnected(id),
    onTillLeft: (id, wasLost) => monitor.tillLeft(id, wasLost),
    authorize: () => {},
    heartbeat: DEFAULT_HEARTBEAT,
    random: Math.random,
    later,
    tell,
  });
  const pairing = new PairingService({
    context,
    tell,
    onStored: (stored) => monitor.pairingChanged(stored),
  });
  const allChecks = new AllChecks({ vault, monitor, tell });
  const rootCaImport = new RootCaImport(context);
  settings.onChange(() => tell({ type: 'settings-changed', settings: settings.get() }));
  notices.onChange(() => tell({ type: 'notices-changed', notices: notices.all }));

  let ticking: NodeJS.Timeout | undefined;
  return {
    settings,
    vault,
    history,
    search,
    monitor,
    pairing,
    rootCaImport,
    timeline,
    bridges,
    checkAll: () => allChecks.run(),
    trustRootCa: (choice: RootCaChoice) =>
      trustRootCa(
        {
          vault,
          rootCaImport,
          endPairing: () => pairing.close(),
          onChanged: () => {
            bridges.trustChanged();
            return monitor.trustChanged();
          },
          tell,
        },
        choice,
      ),
    renamePairing: (pairingId: string, name: string) => renamePairing({ vault, tell }, pairingId, name),
    removePairing: (pairingId: string) =>
      removePairing({ vault, pairing, monitor, bridges, tell }, pairingId),
    dismissNotice: (id: string) => notices.dismiss(id),
    /** Starts the scheduled checks. */
    start: () => {
      monitor.tick();
      void bridges.start();
      ticking = setInterval(() => {
        monitor.tick();
        bridges.tick();
        timeline.tick();
      }, TICK_MS);
    },
    /** Ends everything that runs and waits for it. */
    close: async () => {
      clearInterval(ticking);
      await Promise.allSettled([pairing.close(), search.close(), bridges.close(), monitor.close()]);
      timeline.close();
    },
  };
}
