import { appError } from '../../shared/errors.ts';
import type { Method, MethodRequest, MethodValue, PosApi, Push } from '../../shared/ipc/index.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { err, type Result } from '../../shared/result.ts';
import type { RootCaPreview } from '../../shared/root-ca.ts';
import type { FoundDevice } from '../../shared/search.ts';
import { patched, type SettingsPatch } from '../../shared/settings.ts';
import {
  codeLeft,
  type DraftField,
  type Event,
  INITIAL,
  type Model,
  type OpenDialog,
  type Place,
  reduce,
  requestOf,
} from './model.ts';

/** News of many pairings come in bursts and are shown together. */
const BURST_MS = 40;
const IN_BURSTS: ReadonlySet<Push['type']> = new Set([
  'status-changed',
  'pairing-changed',
  'history-changed',
]);

/** The one store: state from {@link reduce}, and the actions that talk to the main process. */
export function createStore(api: PosApi, now: () => number = () => Date.now()) {
  let model: Model = INITIAL;
  const listeners = new Set<() => void>();

  let burst: ReturnType<typeof setTimeout> | undefined;

  const notify = (): void => {
    clearTimeout(burst);
    burst = undefined;
    for (const listener of listeners) listener();
  };

  const dispatch = (event: Event, when: 'at-once' | 'in-a-burst' = 'at-once'): void => {
    const next = reduce(model, event);
    if (next === model) return;
    model = next;
    if (when === 'in-a-burst') burst ??= setTimeout(notify, BURST_MS);
    else notify();
  };

  const call = async <M extends Method>(
    method: M,
    request: MethodRequest<M>,
  ): Promise<Result<MethodValue<M>>> => {
    try {
      return await api.call(method, request);
    } catch (thrown) {
      return err(
        appError('internal', `${method}: ${thrown instanceof Error ? thrown.message : 'no answer'}`),
      );
    }
  };

  /** What the main process knows may differ from what was pieced together, for example after a replacement. */
  const refresh = async (): Promise<void> => {
    const state = await call('getState', null);
    if (state.ok) dispatch({ type: 'refreshed', app: state.value });
  };

  /** What the user has changed and the main process has not answered yet. */
  const unsaved = new Set<SettingsPatch>();

  const push = (news: Push, when?: Parameters<typeof dispatch>[1]): void => {
    const shown: Push =
      news.type === 'settings-changed'
        ? { ...news, settings: [...unsaved].reduce(patched, news.settings) }
        : news;
    dispatch({ type: 'pushed', push: shown, at: new Date(now()).toISOString() }, when);
  };

  /** Calls a method whose value is the pairing as it is afterwards. */
  const change = async <M extends 'renamePairing' | 'setWatchLive' | 'moveAddress'>(
    method: M,
    request: MethodRequest<M>,
  ): Promise<Result<PairingRecord>> => {
    const changed: Result<PairingRecord> = await call(method, request);
    if (changed.ok) push({ type: 'pairing-changed', pairing: changed.value });
    return changed;
  };

  const actions = {
    async load(): Promise<void> {
      const state = await call('getState', null);
      dispatch(state.ok ? { type: 'loaded', app: state.value } : { type: 'load-failed', error: state.error });
    },
    go: (place: Place) => dispatch({ type: 'went', place }),
    openPair: (again: PairingRecord | null = null) => dispatch({ type: 'pair-opened', again }),
    typeAddress: (text: string) => dispatch({ type: 'address-typed', text }),
    typeCode: (text: string) => dispatch({ type: 'code-typed', text, now: now() }),
    renewCode: () => dispatch({ type: 'code-renewed', now: now() }),
    changeDraft: (change: Partial<Pick<Model['draft'], 'address' | 'transport' | 'posId' | 'serial'>>) =>
      dispatch({ type: 'draft-changed', change }),
    reopenForm: (focus: DraftField | null) => dispatch({ type: 'form-reopened', focus }),

    async startPairing(repeated: boolean): Promise<void> {
      if (model.attempt && !model.attempt.progress?.outcome) return;
      const request = requestOf(model);
      dispatch({ type: 'start-asked', repeated });
      const attempt = await call('startPairing', request);
      if (!attempt.ok) return dispatch({ type: 'refused', error: attempt.error });
      dispatch({ type: 'started', id: attempt.value.attemptId });
      if (model.attempt?.cancelling) await call('cancelPairing', attempt.value);
    },
    async cancelPairing(): Promise<void> {
      const id = model.attempt?.id;
      dispatch({ type: 'cancel-asked' });
      if (!id) return;
      const cancelled = await call('cancelPairing', { attemptId: id });
      // The attempt is unknown to the main process, so no outcome will be pushed.
      if (!cancelled.ok && model.attempt?.id === id && !model.attempt.progress?.outcome) {
        dispatch({ type: 'refused', error: cancelled.error });
      }
    },
    async answerIdentity(accepted: boolean): Promise<void> {
      const id = model.attempt?.id;
      if (!id) return;
      const answered = await call('answerIdentity', { attemptId: id, accepted });
      if (!answered.ok && model.attempt?.id === id && !model.attempt.progress?.outcome) {
        dispatch({ type: 'refused', error: answered.error });
      }
    },
    async checkConnection(pairingId: string): Promise<void> {
      if (model.checks[pairingId] === 'running') return;
      dispatch({ type: 'check-asked', id: pairingId });
      const checked = await call('checkConnection', { pairingId });
      dispatch(
        checked.ok
          ? { type: 'check-ended', pairing: checked.value }
          : { type: 'check-impossible', id: pairingId, error: checked.error },
      );
    },
    /** Pairs with another device in place of the one that was paired, once the user said so. */
    async swapDevice(): Promise<void> {
      dispatch({ type: 'swap-confirmed' });
      if (codeLeft(model) === '') dispatch({ type: 'form-reopened', focus: 'code' });
      else await actions.startPairing(true);
    },
    renamePairing: (pairingId: string, name: string) => change('renamePairing', { pairingId, name }),
    setWatchLive: (pairingId: string, on: boolean) => change('setWatchLive', { pairingId, on }),
    moveAddress: (pairingId: string, address: string) => change('moveAddress', { pairingId, address }),
    async removePairing(pairingId: string): Promise<Result<null>> {
      const removed = await call('removePairing', { pairingId });
      if (removed.ok) push({ type: 'pairing-removed', pairingId });
      return removed;
    },
    findMoved: (pairingId: string) => call('findMoved', { pairingId }),

    planSearch: () => call('planSearch', null),
    async startSearch(port: string, cidrs: string[]): Promise<void> {
      const { search } = model;
      if (search && !search.refusal && !search.progress?.finished) return;
      dispatch({ type: 'search-asked' });
      const started = await call('startSearch', { port, cidrs });
      if (!started.ok) return dispatch({ type: 'search-refused', error: started.error });
      dispatch({ type: 'search-started', id: started.value.searchId });
      if (model.search?.cancelling) await call('cancelSearch', started.value);
    },
    async cancelSearch(): Promise<void> {
      const id = model.search?.id;
      dispatch({ type: 'search-cancel-asked' });
      if (!id) return;
      const cancelled = await call('cancelSearch', { searchId: id });
      if (!cancelled.ok) dispatch({ type: 'search-refused', error: cancelled.error });
    },
    chooseDevice: (device: FoundDevice) => dispatch({ type: 'device-chosen', device }),

    /** Shown at once; taken back if it cannot be saved. */
    async updateSettings(patch: SettingsPatch) {
      unsaved.add(patch);
      if (model.app) push({ type: 'settings-changed', ...model.app });
      const updated = await call('updateSettings', patch);
      unsaved.delete(patch);
      const saved = updated.ok ? updated : await call('getState', null);
      if (saved.ok) push({ type: 'settings-changed', ...saved.value });
      return updated;
    },
    readHistory: (request: MethodRequest<'readHistory'>) => call('readHistory', request),
    exportHistory: (format: 'csv' | 'json') => call('exportHistory', { format }),
    getLicences: () => call('getLicences', null),
    openDialog: (dialog: OpenDialog | null) => dispatch({ type: 'dialog-changed', dialog }),

    previewRootCa: (bytes: Uint8Array<ArrayBuffer>): Promise<Result<RootCaPreview>> =>
      call('previewRootCa', { bytes }),
    async trustRootCa(fingerprint256: string, replaceConfirmed: boolean) {
      const trusted = await call('trustRootCa', { fingerprint256, replaceConfirmed });
      if (trusted.ok) push({ type: 'root-ca-trusted', rootCa: trusted.value });
      return trusted;
    },
    async dismissNotice(id: string): Promise<void> {
      await call('dismissNotice', { id });
      await refresh();
    },
    copyText: async (text: string): Promise<boolean> => (await call('copyText', { text })).ok,
  };

  const stopPushes = api.onPush((news) => {
    const wasOver = model.attempt?.progress?.outcome !== undefined;
    push(news, IN_BURSTS.has(news.type) ? 'in-a-burst' : 'at-once');
    if (!wasOver && model.attempt?.progress?.outcome?.kind === 'paired') void refresh();
  });

  return {
    actions,
    getModel: (): Model => model,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    close: stopPushes,
  };
}

export type Store = ReturnType<typeof createStore>;
export type Actions = Store['actions'];
