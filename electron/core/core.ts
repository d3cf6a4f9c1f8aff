import { join } from 'node:path';
import type { SearchRange } from '../../shared/search.ts';
import type { SettingsPatch } from '../../shared/settings.ts';
import { ManagedPin } from './access/managed-pin.ts';
import { type Authorize, ManagerAccess } from './access/manager-access.ts';
import { SCRYPT, type Scrypt } from './access/pin-hash.ts';
import { resetPin } from './access/reset-pin.ts';
import { PinDocument } from './access/stored-pin.ts';
import { type AccountSource, OwnAccount } from './account/account.ts';
import { type Autostart, arrangeAutostart } from './bridge/autostart.ts';
import { BridgeStore } from './bridge/bridge-store.ts';
import { Bridges } from './bridge/bridges.ts';
import { ChannelLeases } from './channel/channel-lease.ts';
import { datableNow } from './clock.ts';
import type { CoreContext, Software, Timing } from './context.ts';
import { LastFailedAttempt } from './diagnostics/last-failed-attempt.ts';
import { NewsDiagnosis } from './diagnostics/news-diagnosis.ts';
import type { CoreFacts } from './diagnostics/support-report.ts';
import { DeviceSearch } from './discovery/device-search.ts';
import { Doctor } from './doctor/doctor.ts';
import { systemWorld } from './doctor/world.ts';
import { ConnectionKit } from './export/connection-kit.ts';
import { Drafts } from './export/drafts.ts';
import { exportHistory } from './history/export.ts';
import { History } from './history/history.ts';
import { HistoryRecorder } from './history/recorder.ts';
import { type Later, later as systemLater } from './later.ts';
import type { Tell } from './news.ts';
import { PairingService } from './pairing/pairing-service.ts';
import { AllChecks } from './pairings/all-checks.ts';
import { removePairing } from './pairings/remove-pairing.ts';
import { renamePairing } from './pairings/rename-pairing.ts';
import { PolicyDocument } from './policy/policy-document.ts';
import { PolicyInForce } from './policy/policy-in-force.ts';
import type { PolicyReading } from './policy/read-policy.ts';
import { confirmOtherRootCa, type OtherRootCa } from './root-ca/confirm-other-root-ca.ts';
import { removeRootCa } from './root-ca/remove-root-ca.ts';
import { describeRootCa, RootCaImport } from './root-ca/root-ca-import.ts';
import { currentTrust } from './root-ca/trust.ts';
import { trustRootCas } from './root-ca/trust-root-cas.ts';
import { SettingsStore } from './settings/settings-store.ts';
import { updateSettings } from './settings/update-settings.ts';
import { ConnectionMonitor, DEFAULT_HEARTBEAT } from './status/monitor.ts';
import { TimelineRecorder } from './timeline/timeline-recorder.ts';
import { obstacleTo } from './updates/obstacle.ts';
import type { UpdateSource } from './updates/update-source.ts';
import { Updates } from './updates/updates.ts';
import { VersionMemory } from './updates/version-memory.ts';
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
  /** The account whose key store the cipher works with; left out: not known. */
  readonly account?: AccountSource | undefined;
  /** Milliseconds since 1970. */
  readonly builtAt: number;
  readonly timing: Timing;
  readonly software: Software;
  /** The proxy this computer is set to use for a web address, such as `proxy.example:3128`; undefined: none. */
  readonly proxyFor: (url: string) => Promise<string | undefined>;
  /** What may be searched for devices. */
  readonly searchRanges: () => SearchRange[];
  /** A file of the connection kit that comes with the app, by its name in packaging/connection-kit. */
  readonly readSample: (name: string) => string;
  /** What hashes the manager PIN; Node's own unless given. */
  readonly scrypt?: Scrypt;
  /** Milliseconds since 1970; the system's clock unless given. */
  readonly now?: () => number;
  /** What runs later, and the schedule; the system's timers unless given. */
  readonly later?: Later;
  /** Milliseconds of a clock that is never set; the system's unless given. */
  readonly steadyNow?: () => number;
  /** Left out: the app cannot start with the computer. */
  readonly autostart?: Autostart;
  /** Reads the organisation's policy, once; none unless given. */
  readonly readPolicy?: () => PolicyReading;
  /** Where updates come from, by the address of the policy's feed or else of the build's; none unless given. */
  readonly openUpdates?: (feed: string | undefined) => UpdateSource | undefined;
  /** Hears of everything that happens, in the order it happens. */
  readonly tell: Tell;
}

/** What may be read of the vault without passing the manager PIN. */
type ReadableVault = Pick<
  Vault,
  'rootCas' | 'pairings' | 'size' | 'find' | 'pending' | 'notices' | 'storageProblem'
>;
/** The manager PIN as a window or a command line works with it. */
type ManagerSwitch = Pick<ManagerAccess, 'state' | 'unlock' | 'lock' | 'set' | 'change' | 'clear'>;

/** Updates as a window works with them. */
type UpdateSwitch = Pick<Updates, 'view' | 'look' | 'install'>;

/** The policy as those work with it who begin something that it does not reach by itself, such as a form. */
type ReadablePolicy = Pick<PolicyInForce, 'view' | 'suggestPosId'>;

export type Core = ReturnType<typeof createCore>;

/** The core, put together: what the window, and later a command line, work with. Knows nothing of Electron. */
export function createCore({ documents, ...parts }: CoreParts) {
  const now = () => datableNow(parts.now);
  const later = parts.later ?? systemLater;
  const notices = new StorageNotices();
  const policy = new PolicyInForce({
    reading: parts.readPolicy?.() ?? { kind: 'absent' },
    document: new PolicyDocument(documents),
    now,
    builtAt: parts.builtAt,
  });
  const ownAccount = new OwnAccount(parts.account);
  const settings = new SettingsStore(documents, notices, policy.settings);
  const vault = new Vault(documents, parts.cipher, notices, policy.rootCas, ownAccount.account);
  const history = new History({ directory: parts.historyFolder, now, notices });
  const context: CoreContext = {
    vault,
    leases: new ChannelLeases(),
    now,
    builtAt: parts.builtAt,
    timing: parts.timing,
    software: parts.software,
  };
  const recorder = new HistoryRecorder(history);
  const timeline = new TimelineRecorder(join(parts.historyFolder, 'timeline'), now);
  const lastFailedAttempt = new LastFailedAttempt();
  const diagnosis = new NewsDiagnosis();
  const tell: Tell = (news) => {
    lastFailedAttempt.record(news);
    diagnosis.record(news);
    // Kept first: what shows it may fail.
    const isKept = recorder.record(news);
    timeline.record(news);
    parts.tell(news);
    bridges.hear(news);
    updates.hear(news);
    if (isKept) parts.tell({ type: 'history-changed' });
  };

  const steadyNow = parts.steadyNow ?? (() => performance.now());
  const { managerPinHash } = policy;
  const access = new ManagerAccess({
    document:
      managerPinHash === undefined
        ? new PinDocument(documents, notices)
        : new ManagedPin(managerPinHash, new PinDocument(documents, notices, 'managed-pin')),
    managed: managerPinHash !== undefined,
    scrypt: parts.scrypt ?? SCRYPT,
    now: parts.now ?? Date.now,
    steadyNow,
    later,
    onState: (manager) => tell({ type: 'manager-changed', manager }),
    onEvent: (event) => tell({ type: 'manager-event', event }),
  });
  const { authorize } = access;

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
    store: new BridgeStore(documents, notices, policy.bridge),
    autostart: parts.autostart,
    isAutostartManaged: policy.startsWithComputer !== undefined,
    statusOf: (id) => monitor.statuses[id],
    onTillConnected: (id) => monitor.tillConnected(id),
    onTillLeft: (id, wasLost) => monitor.tillLeft(id, wasLost),
    authorize,
    heartbeat: DEFAULT_HEARTBEAT,
    random: Math.random,
    later,
    tell,
  });
  const pairing = new PairingService({
    authorize,
    context,
    tell,
    onStored: (stored) => monitor.pairingChanged(stored),
  });
  const doctor = new Doctor({
    context,
    world: systemWorld(parts.proxyFor),
    account: () => ownAccount.view(),
    quietCheck: (id) => monitor.check(id),
    fullTest: (id, held) => monitor.fullTest(id, held),
    isInUse: ({ id, identity }) =>
      context.leases.holderOf(identity) === 'bridge' || monitor.statuses[id]?.state === 'in-use',
    tell,
  });
  const allChecks = new AllChecks({ vault, monitor, tell });
  const drafts = new Drafts(documents);
  const cleared = drafts.clearLeft();
  const connectionKit = new ConnectionKit({
    context,
    authorize,
    isAllowed: policy.allowsExport,
    readSample: parts.readSample,
    drafts,
    tell,
  });
  const { updates: updateMode = 'manual', updatesFeed } = policy.updates;
  const updates = new Updates({
    source: updateMode === 'off' ? undefined : parts.openUpdates?.(updatesFeed),
    automatic: updateMode === 'automatic',
    memory: new VersionMemory(documents, parts.software.version),
    running: parts.software.version,
    obstacle: () => obstacleTo({ pairing, bridges, leases: context.leases }),
    authorize,
    now,
    steadyNow,
    random: Math.random,
    tell,
  });
  context.leases.onFree(() => updates.reconsider());
  const rootCaImport = new RootCaImport(context);
  const closing = new AbortController();
  settings.onChange(() => tell({ type: 'settings-changed', settings: settings.get() }));
  notices.onChange(() => tell({ type: 'notices-changed', notices: notices.all }));

  const remove = (authorizedBy: Authorize, pairingId: string) =>
    removePairing({ authorize: authorizedBy, vault, pairing, monitor, bridges, tell }, pairingId);

  let stopTicking = () => {};
  let eachTick = () => {};
  const tick = () => {
    stopTicking = later(tick, TICK_MS);
    eachTick();
    monitor.tick();
    bridges.tick();
    timeline.tick();
    access.tick();
    updates.tick();
  };
  return {
    // For reading: what changes them is below, behind the manager PIN.
    settings: settings as Pick<SettingsStore, 'get'>,
    vault: vault as ReadableVault,
    history: history as Pick<History, 'all' | 'read' | 'problem'>,
    rootCaImport: rootCaImport as Pick<RootCaImport, 'preview'>,
    manager: access as ManagerSwitch,
    policy: policy as ReadablePolicy,
    account: ownAccount as Pick<OwnAccount, 'account' | 'view'>,
    updates: updates as UpdateSwitch,
    search,
    monitor,
    pairing,
    connectionKit,
    doctor,
    drafts: drafts as Pick<Drafts, 'note' | 'forget'>,
    /** Resolves once it was tried to clear away what an earlier run has left outside of the data folder. */
    cleared,
    timeline,
    bridges,
    /** For a support report. Nothing secret is among it. */
    supportFacts: async (): Promise<CoreFacts> => {
      const { pairings, rootCas, notices: told } = vault;
      const storageProblem = await vault.storageProblem();
      const timelines = await timeline.summaries(pairings.map(({ id }) => id));
      const { statuses } = monitor;
      return {
        settings: settings.get(),
        policy: policy.view,
        rootCas: rootCas.map(describeRootCa),
        pairings: pairings.map((pairing) => ({
          pairing,
          pending: vault.pending(pairing.id) ?? null,
          status: statuses[pairing.id] ?? null,
        })),
        bridges: bridges.views,
        timelines,
        history: history.all(),
        notices: told,
        storageProblem,
        historyProblem: history.problem,
        lastFailedAttempt: lastFailedAttempt.get(),
      };
    },
    checkAll: () => allChecks.run(),
    trustRootCas: async (fingerprints: readonly string[]) => {
      policy.requireOpen('rootCas');
      return trustRootCas(
        {
          vault,
          rootCaImport,
          authorize,
          endPairing: () => pairing.close(),
          onAdded: () => {
            bridges.wake();
            monitor.wake();
          },
          tell,
        },
        fingerprints,
      );
    },
    removeRootCa: async (fingerprint256: string) => {
      policy.requireOpen('rootCas');
      return removeRootCa(
        {
          vault,
          authorize,
          endPairing: () => pairing.close(),
          onRemoved: (pairingIds) => {
            bridges.trustChanged(pairingIds);
            return monitor.trustChanged(pairingIds);
          },
          tell,
        },
        fingerprint256,
      );
    },
    confirmOtherRootCa: (confirmed: OtherRootCa) =>
      confirmOtherRootCa(
        {
          context,
          authorize,
          check: (pairingId) => monitor.checkAnew(pairingId),
          signal: closing.signal,
          tell,
        },
        confirmed,
      ),
    renamePairing: (pairingId: string, name: string) => renamePairing({ vault, tell }, pairingId, name),
    removePairing: (pairingId: string) => remove(authorize, pairingId),
    updateSettings: (patch: SettingsPatch) => updateSettings({ authorize, settings }, patch),
    /** The whole history as a file's text. */
    exportHistory: (format: 'csv' | 'json') => exportHistory({ authorize, history }, format),
    /** For a forgotten PIN: removes all pairings, then the PIN; returns how many there were. */
    resetManagerPin: () =>
      resetPin({ access, endPairing: () => pairing.close(), pairings: () => vault.pairings, remove }),
    /** Tells that nothing can be saved in `folder`. */
    tellUnwritable: (folder: string) => notices.addUnwritable(folder),
    dismissNotice: (id: string) => notices.dismiss(id),
    /** Tells what is new of the policy, and remembers a good one. Once for each core that may write. */
    announcePolicy: () => policy.announce(tell),
    /**
     * Starts the scheduled checks.
     *
     * @param alsoEachTick what else is looked at each few seconds: one timer wakes the processor once
     */
    start: (alsoEachTick = () => {}) => {
      eachTick = alsoEachTick;
      policy.announce(tell);
      updates.announce();
      arrangeAutostart(parts.autostart, policy.startsWithComputer);
      monitor.tick();
      void bridges.start();
      stopTicking = later(tick, TICK_MS);
    },
    /** Ends everything that runs and waits for it. */
    close: async () => {
      stopTicking();
      closing.abort();
      access.close();
      await Promise.allSettled([
        updates.close(),
        pairing.closeForGood(),
        doctor.close(),
        search.close(),
        bridges.close(),
        monitor.close(),
      ]);
      timeline.close();
      lastFailedAttempt.close();
    },
  };
}
