import type { KitFormat, KitPassword } from '../../shared/connection-kit.ts';
import { appError } from '../../shared/errors.ts';
import type { AppState } from '../../shared/ipc/app.ts';
import type { Method, MethodRequest, MethodValue, PosApi, Push } from '../../shared/ipc/index.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RootCaPreview } from '../../shared/root-ca.ts';
import type { FoundDevice } from '../../shared/search.ts';
import { patched, type SettingsPatch } from '../../shared/settings.ts';
import { isPairing } from './attempt.ts';
import { type DoctorSubject, runningId } from './doctor.ts';
import { type Draft, type DraftField, requestOf } from './draft.ts';
import { createManager } from './manager-actions.ts';
import { type Event, INITIAL, type Model, reduce } from './model.ts';
import type { AppDialog, Place } from './navigation.ts';
import { isSearching } from './search.ts';

/** News of many pairings come in bursts and are shown together. */
const BURST_MS = 40;
const IN_BURSTS: ReadonlySet<Push['type']> = new Set([
  'status-changed',
  'pairing-changed',
  'history-changed',
]);

/** What the state of the main process is pieced together from. */
const OF_STATE: ReadonlySet<Push['type']> = new Set([
  'pairing-changed',
  'pairing-removed',
  'status-changed',
  'root-cas-changed',
  'manager-changed',
  'bridge-changed',
  'updates-changed',
  'notices-changed',
  'settings-changed',
]);

/** The one store: state from {@link reduce}, and the actions that talk to the main process. */
export function createStore(api: PosApi) {
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
    const left = runningId(model.doctor);
    model = next;
    // A run ends with its screen.
    if (left && model.doctor.runId !== left) void call('cancelDoctor', { runId: left });
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

  const readState = async (): Promise<Result<AppState>> => {
    const text = await call('getState', null);
    // By the contract, which the main process has checked it against.
    return text.ok ? ok(JSON.parse(text.value) as AppState) : text;
  };

  /** What was told while a state was being read, one list for each reading. */
  const readings = new Set<Push[]>();

  /** Reads the state anew. News may overtake it that are newer; what is older than it says no more than it does. */
  const readInto = async (type: 'loaded' | 'refreshed'): Promise<Result<AppState>> => {
    const told: Push[] = [];
    readings.add(told);
    const state = await readState();
    readings.delete(told);
    if (state.ok) {
      dispatch({ type, app: state.value });
      for (const news of told) push(news);
    }
    return state;
  };

  /** What the main process knows may differ from what was pieced together, for example after a replacement. */
  const refresh = async (): Promise<void> => {
    await readInto('refreshed');
  };

  /** What the user has changed and the main process has not answered yet. */
  const unsaved = new Set<SettingsPatch>();

  const push = (news: Push, when?: Parameters<typeof dispatch>[1]): void => {
    const merged: Push =
      news.type === 'settings-changed'
        ? { ...news, settings: [...unsaved].reduce(patched, news.settings) }
        : news;
    dispatch({ type: 'pushed', push: merged, at: new Date().toISOString() }, when);
  };

  const manager = createManager({ getModel: () => model, dispatch, push, call });
  const { withManager } = manager;

  /** Calls a method whose value is the pairing as it is afterwards. */
  const change = async <M extends 'renamePairing' | 'setWatchLive' | 'askReadiness'>(
    method: M,
    request: MethodRequest<M>,
  ): Promise<Result<PairingRecord>> => {
    const changed: Result<PairingRecord> = await call(method, request);
    if (changed.ok) push({ type: 'pairing-changed', pairing: changed.value });
    return changed;
  };

  /** What the user asks of one pairing, one thing at a time; true when it could be done. */
  const runErrand = async (
    id: string,
    errand: 'checking' | 'testing' | 'moving' | 'confirming',
    carryOut: () => Promise<Result<PairingRecord>>,
  ): Promise<boolean> => {
    const running = model.mirror.state === 'ready' ? model.mirror.errands[id] : undefined;
    if (running && running.state !== 'failed') return false;
    dispatch({ type: 'errand-started', id, errand });
    const done = await carryOut();
    dispatch(
      done.ok
        ? { type: 'errand-ended', pairing: done.value }
        : { type: 'errand-failed', id, error: done.error },
    );
    return done.ok;
  };

  /** Tells the main process something about the attempt under way. */
  const tellAttempt = async <M extends 'cancelPairing' | 'finishPairingLater' | 'answerIdentity'>(
    method: M,
    requestFor: (attemptId: string) => MethodRequest<M>,
  ): Promise<void> => {
    const { current } = model.attempt;
    if (current.state !== 'running') return;
    const told = await call(method, requestFor(current.id));
    const now = model.attempt.current;
    // The attempt is unknown to the main process, so no outcome will be pushed.
    if (!told.ok && now.state === 'running' && now.id === current.id)
      dispatch({ type: 'refused', error: told.error });
  };

  const actions = {
    async load(): Promise<void> {
      const state = await readInto('loaded');
      if (!state.ok) dispatch({ type: 'load-failed', error: state.error });
    },
    /** Tells the main process that there is something to be seen. */
    async pageShown(): Promise<void> {
      const told = await call('pageShown', null);
      if (told.ok) dispatch({ type: 'system-answered', ...told.value });
    },
    go: (place: Place) => dispatch({ type: 'went', place }),
    openPair: (again: PairingRecord | null = null) => dispatch({ type: 'pair-opened', again }),
    typeAddress: (text: string) => dispatch({ type: 'address-typed', text }),
    typeCode: (text: string) => dispatch({ type: 'code-typed', text, now: Date.now() }),
    renewCode: () => dispatch({ type: 'code-renewed', now: Date.now() }),
    changeDraft: (change: Partial<Pick<Draft, 'address' | 'transport' | 'posId' | 'serial'>>) =>
      dispatch({ type: 'draft-changed', change }),
    reopenForm: (focus: DraftField | null) => dispatch({ type: 'form-reopened', focus }),

    async startPairing(repeated: boolean): Promise<void> {
      if (isPairing(model.attempt)) return;
      dispatch({ type: 'start-asked', repeated });
      const attempt = await withManager(() => call('startPairing', requestOf(model)));
      if (!attempt.ok) return dispatch({ type: 'refused', error: attempt.error });
      dispatch({ type: 'started', id: attempt.value.attemptId });
      const { current } = model.attempt;
      if (current.state === 'running' && current.cancelling) await call('cancelPairing', attempt.value);
    },
    async cancelPairing(): Promise<void> {
      dispatch({ type: 'cancel-asked' });
      await tellAttempt('cancelPairing', (attemptId) => ({ attemptId }));
    },
    async finishPairingLater(): Promise<void> {
      dispatch({ type: 'cancel-asked' });
      await tellAttempt('finishPairingLater', (attemptId) => ({ attemptId }));
    },
    answerIdentity: (accepted: boolean) =>
      tellAttempt('answerIdentity', (attemptId) => ({ attemptId, accepted })),
    checkConnection: (pairingId: string) =>
      runErrand(pairingId, 'checking', () => call('checkConnection', { pairingId })),
    /** Takes the device's channel for a second. */
    fullTest: (pairingId: string) => runErrand(pairingId, 'testing', () => call('fullTest', { pairingId })),
    /** Shows the doctor's screen and starts a run there; how far it is comes as news. */
    async openDoctor(subject: DoctorSubject, takeChannel: boolean): Promise<void> {
      const { place } = model.navigation;
      if (place.name !== 'doctor' || place.subject !== subject)
        dispatch({ type: 'went', place: { name: 'doctor', subject } });
      dispatch({ type: 'doctor-asked' });
      const started = await call(
        'startDoctor',
        subject.of === 'pairing' ? { of: 'pairing', pairingId: subject.id, takeChannel } : subject,
      );
      if (!started.ok) return dispatch({ type: 'doctor-refused', error: started.error });
      dispatch({ type: 'doctor-started', runId: started.value.runId });
      // Left before it had a name.
      if (model.doctor.runId !== started.value.runId) await call('cancelDoctor', started.value);
    },
    async cancelDoctor(): Promise<void> {
      const runId = runningId(model.doctor);
      if (runId) await call('cancelDoctor', { runId });
    },
    askReadiness: (pairingId: string) => change('askReadiness', { pairingId }),
    /** How far it is comes as news. */
    async checkAll(): Promise<Result<{ checked: number }>> {
      const checked = await call('checkAll', null);
      dispatch({ type: 'all-checks-ended' });
      return checked;
    },
    changeList: (change: Extract<Event, { type: 'list-changed' }>['change']) =>
      dispatch({ type: 'list-changed', change }),
    /** Opens the first of them; the screen of each leads to the next. */
    startQueue(ids: readonly string[]): void {
      const [first] = ids;
      if (first === undefined) return;
      dispatch({ type: 'queue-started', ids });
      dispatch({ type: 'went', place: { name: 'device', id: first } });
    },
    endQueue: () => dispatch({ type: 'queue-ended' }),
    moveAddress: (pairingId: string, address: string) =>
      runErrand(pairingId, 'moving', () => call('moveAddress', { pairingId, address })),
    /** Pairs with another device in place of the one that was paired, once the user said so. */
    async swapDevice(): Promise<void> {
      // Asked first, so that nothing has changed when the manager does not come.
      if (!(await manager.isThere())) return;
      dispatch({ type: 'swap-confirmed' });
      if (model.code.text === '') dispatch({ type: 'form-reopened', focus: 'code' });
      else await actions.startPairing(true);
    },
    renamePairing: (pairingId: string, name: string) => change('renamePairing', { pairingId, name }),
    setWatchLive: (pairingId: string, on: boolean) => change('setWatchLive', { pairingId, on }),
    async removePairing(pairingId: string): Promise<Result<null>> {
      const removed = await withManager(() => call('removePairing', { pairingId }));
      if (removed.ok) push({ type: 'pairing-removed', pairingId });
      return removed;
    },
    planKit: (pairingId: string, format: KitFormat) => call('planKit', { pairingId, format }),
    /** The answer may hold a password: it must not stay anywhere. */
    exportKit: (pairingId: string, format: KitFormat, password: KitPassword) =>
      withManager(() => call('exportKit', { pairingId, format, password })),
    readBridge: (pairingId: string) => call('readBridge', { pairingId }),
    configureBridge: (request: MethodRequest<'configureBridge'>) =>
      withManager(() => call('configureBridge', request)),
    replaceBridgeToken: (pairingId: string) => withManager(() => call('replaceBridgeToken', { pairingId })),
    setStartsWithComputer: (on: boolean) => withManager(() => call('setStartsWithComputer', { on })),
    findMoved: (pairingId: string) => call('findMoved', { pairingId }),

    planSearch: () => call('planSearch', null),
    async startSearch(port: string, cidrs: string[]): Promise<void> {
      if (isSearching(model.search.current)) return;
      dispatch({ type: 'search-asked' });
      const started = await call('startSearch', { port, cidrs });
      if (!started.ok) return dispatch({ type: 'search-refused', error: started.error });
      dispatch({ type: 'search-started', id: started.value.searchId });
      const { current } = model.search;
      if (current.state === 'running' && current.cancelling) await call('cancelSearch', started.value);
    },
    async cancelSearch(): Promise<void> {
      const { current } = model.search;
      dispatch({ type: 'search-cancel-asked' });
      if (current.state !== 'running') return;
      const cancelled = await call('cancelSearch', { searchId: current.id });
      if (!cancelled.ok) dispatch({ type: 'search-refused', error: cancelled.error });
    },
    chooseDevice: (device: FoundDevice) => dispatch({ type: 'device-chosen', device }),

    /** Shown at once; taken back if it cannot be saved. */
    async updateSettings(patch: SettingsPatch) {
      unsaved.add(patch);
      if (model.mirror.state === 'ready') push({ type: 'settings-changed', ...model.mirror.app });
      const updated = await withManager(() => call('updateSettings', patch));
      unsaved.delete(patch);
      const saved = updated.ok ? updated : await readState();
      if (saved.ok) push({ type: 'settings-changed', ...saved.value });
      return updated;
    },
    readTimeline: (pairingId: string) => call('readTimeline', { pairingId }),
    readHistory: (request: MethodRequest<'readHistory'>) => call('readHistory', request),
    exportHistory: (format: 'csv' | 'json') => withManager(() => call('exportHistory', { format })),
    saveSupportReport: () => call('saveSupportReport', null),
    /** What comes of it is pushed. */
    lookForUpdate: () => call('lookForUpdate', null),
    installUpdate: () => withManager(() => call('installUpdate', null)),
    getLicences: () => call('getLicences', null),
    openDialog: (dialog: AppDialog | null) => dispatch({ type: 'dialog-changed', dialog }),

    previewRootCa: (bytes: Uint8Array<ArrayBuffer>): Promise<Result<RootCaPreview>> =>
      call('previewRootCa', { bytes }),
    /** Trusts some of the Root CAs previewed last, beside the others. */
    async trustRootCas(fingerprints: string[]) {
      const trusted = await withManager(() => call('trustRootCas', { fingerprints }));
      if (trusted.ok) push({ type: 'root-cas-changed', ...trusted.value });
      return trusted;
    },
    async removeRootCa(fingerprint256: string) {
      const removed = await withManager(() => call('removeRootCa', { fingerprint256 }));
      if (removed.ok) push({ type: 'root-cas-changed', ...removed.value });
      return removed;
    },
    /** Keeps a pairing whose device belongs to another trusted Root CA now: the one the user was shown. */
    confirmOtherRootCa: (pairingId: string, fingerprint256: string) =>
      runErrand(pairingId, 'confirming', () =>
        withManager(() => call('confirmOtherRootCa', { pairingId, fingerprint256 })),
      ),
    async dismissNotice(id: string): Promise<Result<null>> {
      const dismissed = await call('dismissNotice', { id });
      if (dismissed.ok) await refresh();
      return dismissed;
    },
    ...manager.actions,
    copyText: async (text: string): Promise<boolean> => (await call('copyText', { text })).ok,
  };

  const stopPushes = api.onPush((news) => {
    if (OF_STATE.has(news.type)) for (const told of readings) told.push(news);
    const before = model.attempt.current;
    push(news, IN_BURSTS.has(news.type) ? 'in-a-burst' : 'at-once');
    const { current } = model.attempt;
    if (before.state === 'ended' || current.state !== 'ended') return;
    const { outcome } = current;
    if (outcome.kind !== 'failed') void refresh();
    else if (outcome.error.code === 'manager-needed') {
      void manager.isThere().then((isThere) => {
        if (isThere) void actions.startPairing(true);
      });
    }
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
