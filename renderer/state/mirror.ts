import type { AppError } from '../../shared/errors.ts';
import type { AppState } from '../../shared/ipc/app.ts';
import type { Push } from '../../shared/ipc/index.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { PairingStatus } from '../../shared/status.ts';
import { concerns } from './attempt.ts';
import type { Event, Model } from './model.ts';

/** What the user has asked of a pairing: under way, or why it could not be done at all. */
type Errand =
  | { readonly state: 'checking' }
  | { readonly state: 'testing' }
  | { readonly state: 'moving' }
  | { readonly state: 'confirming' }
  | { readonly state: 'failed'; readonly error: AppError };

type ByPairing<T> = Readonly<Record<string, T>>;

export interface ReadyMirror {
  readonly state: 'ready';
  readonly app: AppState;
  readonly errands: ByPairing<Errand>;
  /** The last status that was not just "checking": what is shown must not flicker with each check. */
  readonly steady: ByPairing<PairingStatus>;
  /** Counts the changes of the history, so that what shows it reads it again. */
  readonly historyVersion: number;
}

/** What the main process knows, as far as it has told. */
export type Mirror =
  /** `asked`: the screen that was asked for meanwhile, to be shown once there is one. */
  | { readonly state: 'loading'; readonly asked: Push | null }
  | { readonly state: 'failed'; readonly error: AppError; readonly asked: Push | null }
  | ReadyMirror;

export const NOT_LOADED: Mirror = { state: 'loading', asked: null };

export type MirrorEvent =
  | { readonly type: 'loaded'; readonly app: AppState }
  | { readonly type: 'load-failed'; readonly error: AppError }
  | { readonly type: 'refreshed'; readonly app: AppState }
  | {
      readonly type: 'system-answered';
      readonly storageProblem: AppError | null;
      readonly account: AppState['account'];
    }
  | { readonly type: 'pushed'; readonly push: Push; readonly at: string }
  | {
      readonly type: 'errand-started';
      readonly id: string;
      readonly errand: Exclude<Errand['state'], 'failed'>;
    }
  | { readonly type: 'errand-ended'; readonly pairing: PairingRecord }
  | { readonly type: 'errand-failed'; readonly id: string; readonly error: AppError };

const steadyOnes = (statuses: ByPairing<PairingStatus>): ByPairing<PairingStatus> =>
  Object.fromEntries(Object.entries(statuses).filter(([, { state }]) => state !== 'checking'));

function without<T>(all: ByPairing<T>, id: string): ByPairing<T> {
  const { [id]: _gone, ...others } = all;
  return others;
}

const withApp = (mirror: ReadyMirror, change: Partial<AppState>): ReadyMirror => ({
  ...mirror,
  app: { ...mirror.app, ...change },
});

const withPairing = (mirror: ReadyMirror, pairing: PairingRecord): ReadyMirror => {
  const { pairings } = mirror.app;
  return withApp(mirror, {
    pairings: pairings.some(({ id }) => id === pairing.id)
      ? pairings.map((other) => (other.id === pairing.id ? pairing : other))
      : [...pairings, pairing],
  });
};

function pushed(mirror: ReadyMirror, push: Push, before: Model): ReadyMirror {
  const { app, errands, steady } = mirror;
  switch (push.type) {
    case 'pairing-progress': {
      const { outcome } = push.progress;
      return outcome && outcome.kind !== 'failed' && concerns(before.attempt, push.progress)
        ? withPairing(mirror, outcome.pairing)
        : mirror;
    }
    case 'pairing-changed':
      return withPairing(mirror, push.pairing);
    case 'pairing-removed': {
      const { pairingId: gone } = push;
      const rest = {
        pairings: app.pairings.filter(({ id }) => id !== gone),
        statuses: without(app.statuses, gone),
        bridges: without(app.bridges, gone),
      };
      return {
        ...withApp(mirror, rest),
        errands: without(errands, gone),
        steady: without(steady, gone),
      };
    }
    case 'status-changed': {
      const changed = { [push.pairingId]: push.status };
      return {
        ...withApp(mirror, { statuses: { ...app.statuses, ...changed } }),
        steady: { ...steady, ...steadyOnes(changed) },
      };
    }
    case 'root-cas-changed':
      return withApp(mirror, { rootCas: push.rootCas });
    case 'manager-changed':
      return withApp(mirror, { manager: push.manager });
    case 'bridge-changed':
      return withApp(mirror, { bridges: { ...app.bridges, [push.pairingId]: push.view } });
    case 'updates-changed':
      return withApp(mirror, { updates: push.updates });
    case 'notices-changed':
      return withApp(mirror, { notices: push.notices });
    case 'settings-changed':
      return withApp(mirror, { settings: push.settings, language: push.language });
    case 'history-changed':
      return { ...mirror, historyVersion: mirror.historyVersion + 1 };
    default:
      return mirror;
  }
}

export function reduceMirror(mirror: Mirror, event: Event, before: Model): Mirror {
  if (event.type === 'loaded') {
    const { app } = event;
    return { state: 'ready', app, errands: {}, steady: steadyOnes(app.statuses), historyVersion: 0 };
  }
  if (mirror.state !== 'ready') {
    if (event.type === 'load-failed') return { state: 'failed', error: event.error, asked: mirror.asked };
    // Of what is told before there is a state, only the wish for a screen is not part of that state.
    return event.type === 'pushed' && (event.push.type === 'show' || event.push.type === 'show-pairing')
      ? { ...mirror, asked: event.push }
      : mirror;
  }
  switch (event.type) {
    case 'refreshed':
      return {
        ...mirror,
        app: event.app,
        steady: { ...mirror.steady, ...steadyOnes(event.app.statuses) },
      };
    case 'system-answered':
      return withApp(mirror, { storageProblem: event.storageProblem, account: event.account });
    case 'pushed':
      return pushed(mirror, event.push, before);
    case 'errand-started':
      return { ...mirror, errands: { ...mirror.errands, [event.id]: { state: event.errand } } };
    case 'errand-ended': {
      const { pairing } = event;
      return { ...withPairing(mirror, pairing), errands: without(mirror.errands, pairing.id) };
    }
    case 'errand-failed': {
      const failed: Errand = { state: 'failed', error: event.error };
      return { ...mirror, errands: { ...mirror.errands, [event.id]: failed } };
    }
    default:
      return mirror;
  }
}
