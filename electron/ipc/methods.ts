import { parseAddress, parsePairingName, suggestPosId } from '../../shared/inputs.ts';
import type { AppState, Licence } from '../../shared/ipc/app.ts';
import type { Push } from '../../shared/ipc/index.ts';
import type { AppServices } from '../core/core.ts';
import { failure, required } from '../core/failure.ts';
import { aboutPairing } from '../core/history/events.ts';
import { describeRootCa } from '../core/root-ca/root-ca-import.ts';
import type { Handlers } from './call-gate.ts';

export interface HandlerParts {
  readonly services: AppServices;
  readonly push: (push: Push) => void;
  readonly version: string;
  readonly runtime: AppState['runtime'];
  readonly hostName: string;
  readonly offered: AppState['offered'];
  readonly licences: () => Promise<Licence[]>;
  readonly copyText: (text: string) => void;
  /** Asks the user where to save; false when they cancelled. */
  readonly saveHistory: (format: 'csv' | 'json') => Promise<boolean>;
}

/** The contract's methods, each in terms of the core. */
export const makeHandlers = ({
  services: { vault, pairing, rootCaImport, monitor, search, history, remember, settings, preferences },
  push,
  ...parts
}: HandlerParts): Handlers => ({
  getState: async () => {
    // First, so that the rest is gathered in one go.
    const storageProblem = await vault.storageProblem();
    return {
      version: parts.version,
      runtime: parts.runtime,
      rootCa: vault.rootCa && describeRootCa(vault.rootCa),
      pairings: vault.pairings,
      storageProblem,
      notices: [...vault.notices],
      statuses: monitor.statuses,
      ...preferences(),
      suggestedPosId: suggestPosId(parts.hostName),
      offered: parts.offered,
    };
  },

  previewRootCa: ({ bytes }) => rootCaImport.preview(bytes),
  trustRootCa: async ({ fingerprint256, replaceConfirmed }) => {
    const before = vault.rootCa?.root.fingerprint256;
    const rootCa = rootCaImport.trust(fingerprint256, replaceConfirmed);
    push({ type: 'root-ca-trusted', rootCa });
    remember({
      kind: 'root-ca-changed',
      result: 'ok',
      ...(before && { from: before }),
      to: fingerprint256,
      note: rootCa.root.subject,
    });
    if (before !== fingerprint256) await monitor.trustChanged();
    return rootCa;
  },

  startPairing: (request) => pairing.start(request),
  answerIdentity: ({ attemptId, accepted }) => pairing.answerIdentity(attemptId, accepted),
  cancelPairing: ({ attemptId }) => pairing.cancel(attemptId),

  checkConnection: ({ pairingId }) => monitor.check(pairingId),
  setWatchLive: ({ pairingId, on }) => monitor.setWatchLive(pairingId, on),
  findMoved: async ({ pairingId }) => ({ movedTo: await monitor.findMoved(pairingId) }),
  moveAddress: ({ pairingId, address }) => {
    const { host, port } = required(parseAddress(address));
    return monitor.moveAddress(pairingId, { host, port });
  },
  renamePairing: ({ pairingId, name }) => {
    const before = vault.find(pairingId);
    if (!before) throw failure('not-found', `pairing ${pairingId}`);
    const renamed = vault.updateRecord(pairingId, { name: required(parsePairingName(name)) });
    push({ type: 'pairing-changed', pairing: renamed });
    remember({
      ...aboutPairing(renamed),
      kind: 'renamed',
      result: 'ok',
      from: before.name,
      to: renamed.name,
    });
    return renamed;
  },
  removePairing: async ({ pairingId }) => {
    await pairing.abandon(pairingId);
    const removed = vault.find(pairingId);
    if (!removed) throw failure('not-found', `pairing ${pairingId}`);
    vault.remove(pairingId);
    await monitor.pairingRemoved(pairingId);
    push({ type: 'pairing-removed', pairingId });
    remember({ ...aboutPairing(removed), kind: 'removed', result: 'ok' });
    return null;
  },

  planSearch: () => ({ ranges: search.ranges() }),
  startSearch: ({ port, cidrs }) => search.start(port, cidrs),
  cancelSearch: ({ searchId }) => search.cancel(searchId),

  readHistory: ({ text, kinds, pairingId, offset, limit }) => ({
    ...history.read({ filter: { text, kinds, ...(pairingId && { pairingId }) }, offset, limit }),
    problem: history.problem,
  }),
  exportHistory: async ({ format }) => ({ saved: await parts.saveHistory(format) }),

  updateSettings: (change) => {
    settings.update(change);
    return preferences();
  },
  getLicences: async () => ({ licences: await parts.licences() }),
  dismissNotice: ({ id }) => {
    vault.dismissNotice(id);
    push({ type: 'notices-changed', notices: [...vault.notices] });
    return null;
  },
  copyText: ({ text }) => {
    parts.copyText(text);
    return null;
  },
});
