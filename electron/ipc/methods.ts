import { parseAddress } from '../../shared/inputs.ts';
import type { AppState, Licence } from '../../shared/ipc/app.ts';
import type { Settings, ShownLanguage } from '../../shared/settings.ts';
import type { Core } from '../core/core.ts';
import { required } from '../core/failure.ts';
import { describeRootCa } from '../core/root-ca/root-ca-import.ts';
import type { Handlers } from './call-gate.ts';
import { stateText } from './state-text.ts';

export interface HandlerParts {
  readonly core: Core;
  readonly version: string;
  readonly runtime: AppState['runtime'];
  readonly hostName: string;
  readonly offered: AppState['offered'];
  readonly languageFor: (choice: Settings['language']) => ShownLanguage;
  /** The page has shown its first screen. */
  readonly onPageShown: () => void;
  readonly licences: () => Promise<Licence[]>;
  readonly copyText: (text: string) => Promise<void>;
  /** Asks the user where to save; false when they cancelled. */
  readonly saveHistory: (format: 'csv' | 'json') => Promise<boolean>;
  /** Asks the user where to save; where it is, or null when they cancelled. */
  readonly saveSupportReport: () => Promise<string | null>;
  /** Asks the user for a new folder, by its absolute path; null when they cancelled. */
  readonly chooseKitFolder: (suggestedName: string) => Promise<string | null>;
}

/** For methods whose success says it all: the contract's value is null then. */
async function done(work: unknown): Promise<null> {
  await work;
  return null;
}

/** The contract's methods, each in terms of the core. */
export function makeHandlers({ core, ...parts }: HandlerParts): Handlers {
  const { vault, pairing, rootCaImport, monitor, search, history, manager, doctor, bridges } = core;
  /** The manager PIN's state once `work` is done. */
  const managerAfter = async (work: unknown) => {
    await work;
    return { manager: manager.state };
  };
  const preferences = (settings: Settings) => ({ settings, language: parts.languageFor(settings.language) });
  /** Key stores and programs of the system take their time. */
  const askSystem = async () => {
    const [storageProblem, account] = await Promise.all([vault.storageProblem(), core.account.view()]);
    return { storageProblem, account };
  };
  let isPageShown = false;
  return {
    getState: async () => {
      // First, so that the rest is one picture of one moment. The first screen waits for no answer of the system.
      const { storageProblem, account } = isPageShown
        ? await askSystem()
        : { storageProblem: null, account: { account: core.account.account ?? null, risk: null } };
      return stateText({
        version: parts.version,
        runtime: parts.runtime,
        rootCas: vault.rootCas.map(describeRootCa),
        pairings: vault.pairings,
        storageProblem,
        account,
        notices: [...vault.notices],
        statuses: monitor.statuses,
        manager: manager.state,
        bridges: bridges.views,
        ...preferences(core.settings.get()),
        policy: core.policy.view,
        updates: core.updates.view,
        suggestedPosId: core.policy.suggestPosId(parts.hostName),
        offered: parts.offered,
      });
    },

    previewRootCa: ({ bytes }) => rootCaImport.preview(bytes),
    trustRootCas: async ({ fingerprints }) => ({ rootCas: await core.trustRootCas(fingerprints) }),
    removeRootCa: async ({ fingerprint256 }) => ({ rootCas: await core.removeRootCa(fingerprint256) }),
    confirmOtherRootCa: (confirmed) => core.confirmOtherRootCa(confirmed),

    startPairing: (request) => pairing.start(request),
    answerIdentity: ({ attemptId, accepted }) => done(pairing.answerIdentity(attemptId, accepted)),
    // A cancelled proof keeps the credentials for the schedule.
    finishPairingLater: ({ attemptId }) => done(pairing.cancel(attemptId)),
    cancelPairing: ({ attemptId }) => done(pairing.cancel(attemptId)),

    checkConnection: ({ pairingId }) => monitor.check(pairingId),
    fullTest: ({ pairingId }) => monitor.fullTest(pairingId),
    checkAll: () => core.checkAll(),
    setWatchLive: ({ pairingId, on }) => monitor.setWatchLive(pairingId, on),
    findMoved: async ({ pairingId }) => ({ movedTo: await monitor.findMoved(pairingId) }),
    moveAddress: ({ pairingId, address }) => {
      const { host, port } = required(parseAddress(address));
      return monitor.moveAddress(pairingId, { host, port });
    },
    renamePairing: ({ pairingId, name }) => core.renamePairing(pairingId, name),
    removePairing: ({ pairingId }) => done(core.removePairing(pairingId)),

    planKit: ({ pairingId, format }) => core.connectionKit.plan(pairingId, format),
    exportKit: (request) => core.connectionKit.export({ ...request, chooseFolder: parts.chooseKitFolder }),

    startDoctor: (request) => doctor.start(request),
    cancelDoctor: ({ runId }) => done(doctor.cancel(runId)),
    askReadiness: ({ pairingId }) => doctor.askReadiness(pairingId),

    readBridge: ({ pairingId }) => ({
      view: bridges.view(pairingId),
      startsWithComputer: bridges.startsWithComputer,
    }),
    configureBridge: ({ pairingId, ...choice }) => bridges.configure(pairingId, choice),
    replaceBridgeToken: ({ pairingId }) => bridges.replaceToken(pairingId),
    setStartsWithComputer: ({ on }) => done(bridges.setStartsWithComputer(on)),

    planSearch: () => ({ ranges: search.ranges() }),
    startSearch: ({ port, cidrs }) => search.start(port, cidrs),
    cancelSearch: ({ searchId }) => done(search.cancel(searchId)),

    readHistory: ({ text, kinds, pairingId, offset, limit }) => ({
      ...history.read({ filter: { text, kinds, ...(pairingId && { pairingId }) }, offset, limit }),
      problem: history.problem,
    }),
    readTimeline: ({ pairingId }) => core.timeline.read(pairingId),
    exportHistory: async ({ format }) => ({ saved: await parts.saveHistory(format) }),

    saveSupportReport: async () => ({ file: await parts.saveSupportReport() }),

    lookForUpdate: async () => ({ updates: await core.updates.look() }),
    installUpdate: () => done(core.updates.install()),

    updateSettings: (change) => preferences(core.updateSettings(change)),
    unlockManager: ({ pin }) => managerAfter(manager.unlock(pin)),
    lockManager: () => managerAfter(manager.lock()),
    setManagerPin: ({ pin }) => managerAfter(manager.set(pin)),
    changeManagerPin: ({ oldPin, newPin }) => managerAfter(manager.change(oldPin, newPin)),
    clearManagerPin: ({ pin }) => managerAfter(manager.clear(pin)),
    resetManagerPin: async () => {
      const removed = await core.resetManagerPin();
      return { removed, manager: manager.state };
    },
    pageShown: async () => {
      isPageShown = true;
      parts.onPageShown();
      return askSystem();
    },
    getLicences: async () => ({ licences: await parts.licences() }),
    dismissNotice: ({ id }) => done(core.dismissNotice(id)),
    copyText: ({ text }) => done(parts.copyText(text)),
  };
}
