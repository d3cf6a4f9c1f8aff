import type { AppError, ErrorAction } from '../../shared/errors.ts';
import { ERROR_CATALOGUE, STAGES } from '../../shared/errors.ts';
import {
  CODE_LENGTH,
  formatAuthority,
  normalizeCode,
  parseAddress,
  type Transport,
} from '../../shared/inputs.ts';
import type { AppState } from '../../shared/ipc/app.ts';
import type { Push } from '../../shared/ipc/index.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import type { PairingProgress, PairingRecord, StageState } from '../../shared/pairing.ts';
import type { FoundDevice, SearchProgress } from '../../shared/search.ts';
import type { PairingStatus } from '../../shared/status.ts';

/** Where the user is. Within `pair`, the attempt says which of its views is shown. */
export type Place =
  | { readonly name: 'home' }
  | { readonly name: 'pair' }
  /** `next`: where trusting the certificate, or going back, leads to. */
  | { readonly name: 'root-ca'; readonly next: Origin }
  | { readonly name: 'device'; readonly id: string }
  /** `next`: what a device is looked for: the form that is being filled in, or nothing yet. */
  | { readonly name: 'find'; readonly next: 'home' | 'pair' }
  | { readonly name: 'history' }
  | { readonly name: 'settings' };

/** A screen that an errand leads back to. */
export type Origin = 'home' | 'pair' | 'find' | 'settings';

export const placeOf = (origin: Origin): Place =>
  origin === 'find' ? { name: 'find', next: 'home' } : { name: origin };

/** What lies over any screen. */
export type OpenDialog = 'about' | 'shortcuts';

export type DraftField = 'address' | 'code' | 'posId' | 'serial';

/** What the pairing form holds. */
export interface Draft {
  readonly address: string;
  readonly transport: Transport;
  readonly code: string;
  readonly posId: string;
  readonly serial: string;
  /** Whether a search filled in the serial number; what somebody typed is their own word. */
  readonly serialSource: 'typed' | 'found';
  readonly replaces: string | null;
  /** Whether another device may take the place of the one in `replaces`. */
  readonly allowSwap: boolean;
  /** When the device showed the code, as far as known (milliseconds since 1970). */
  readonly codeShownAt: number | null;
}

export interface Attempt {
  /** null until the main process has named it. */
  readonly id: string | null;
  readonly progress: PairingProgress | null;
  /** A repeated attempt shows its progress at once; a first one leaves the form until it has begun. */
  readonly repeated: boolean;
  readonly cancelling: boolean;
  readonly endedAt: string | null;
}

/** The search for devices: under way, ended, or refused. */
export interface DeviceSearch {
  /** null until the main process has named it. */
  readonly id: string | null;
  readonly progress: SearchProgress | null;
  readonly cancelling: boolean;
  /** Why it could not be started. */
  readonly refusal: AppError | null;
}

export interface Model {
  /** null while the state is being fetched. */
  readonly app: AppState | null;
  readonly loadError: AppError | null;
  /** What was asked for before the state was there: to be shown once it is. */
  readonly asked: Push | null;
  readonly place: Place;
  readonly draft: Draft;
  /**
   * The code of an attempt until the device has it, taken out of the form: a page that is gone may stay in memory for
   * long, with all it has shown. Here and in the draft are the only places where the renderer keeps a code.
   */
  readonly heldCode: string;
  /** The field to put the focus on when the form appears; null means its heading. */
  readonly focus: DraftField | null;
  readonly attempt: Attempt | null;
  /** Pushes of the attempt before the current one may still arrive and are ignored. */
  readonly lastAttemptId: string | null;
  /** Why the main process refused to start a pairing. */
  readonly refusal: AppError | null;
  /** Connection checks by pairing: under way, or why one could not be carried out at all. */
  readonly checks: Readonly<Record<string, 'running' | AppError>>;
  /** By pairing, the last status that was not just "checking": what is shown must not flicker with each check. */
  readonly settled: Readonly<Record<string, PairingStatus>>;
  readonly search: DeviceSearch | null;
  readonly lastSearchId: string | null;
  readonly dialog: OpenDialog | null;
  /** Counts the changes of the history, so that what shows it reads it again. */
  readonly historyVersion: number;
}

const EMPTY_DRAFT: Draft = {
  address: '',
  transport: 'wss',
  code: '',
  posId: '',
  serial: '',
  serialSource: 'typed',
  replaces: null,
  allowSwap: false,
  codeShownAt: null,
};

export const INITIAL: Model = {
  app: null,
  loadError: null,
  asked: null,
  place: { name: 'home' },
  draft: EMPTY_DRAFT,
  heldCode: '',
  focus: null,
  attempt: null,
  lastAttemptId: null,
  refusal: null,
  checks: {},
  settled: {},
  search: null,
  lastSearchId: null,
  dialog: null,
  historyVersion: 0,
};

export type Event =
  | { readonly type: 'loaded'; readonly app: AppState }
  | { readonly type: 'load-failed'; readonly error: AppError }
  | { readonly type: 'refreshed'; readonly app: AppState }
  | { readonly type: 'pushed'; readonly push: Push; readonly at: string }
  | { readonly type: 'went'; readonly place: Place }
  | { readonly type: 'pair-opened'; readonly again: PairingRecord | null }
  | { readonly type: 'draft-changed'; readonly change: Partial<Draft> }
  | { readonly type: 'address-typed'; readonly text: string }
  | { readonly type: 'code-typed'; readonly text: string; readonly now: number }
  | { readonly type: 'code-renewed'; readonly now: number }
  | { readonly type: 'start-asked'; readonly repeated: boolean }
  | { readonly type: 'started'; readonly id: string }
  | { readonly type: 'refused'; readonly error: AppError }
  | { readonly type: 'cancel-asked' }
  | { readonly type: 'form-reopened'; readonly focus: DraftField | null }
  | { readonly type: 'swap-confirmed' }
  | { readonly type: 'device-chosen'; readonly device: FoundDevice }
  | { readonly type: 'search-asked' }
  | { readonly type: 'search-started'; readonly id: string }
  | { readonly type: 'search-refused'; readonly error: AppError }
  | { readonly type: 'search-cancel-asked' }
  | { readonly type: 'dialog-changed'; readonly dialog: OpenDialog | null }
  | { readonly type: 'check-asked'; readonly id: string }
  | { readonly type: 'check-ended'; readonly pairing: PairingRecord }
  | { readonly type: 'check-impossible'; readonly id: string; readonly error: AppError };

const FIELD_OF_ACTION: Partial<Record<ErrorAction, DraftField>> = {
  'edit-address': 'address',
  'edit-code': 'code',
  'edit-pos-id': 'posId',
  'edit-serial': 'serial',
};

/** The field an error is about, if it is about one. */
export const fieldOf = (error: AppError): DraftField | null =>
  FIELD_OF_ACTION[ERROR_CATALOGUE[error.code].action] ?? null;

export const stageState = (progress: PairingProgress, stage: (typeof STAGES)[number]): StageState =>
  progress.stages.find((entry) => entry.stage === stage)?.state ?? 'waiting';

/** Whether the device may have seen the code: from then on it must not stay in memory. */
function codeUsed(progress: PairingProgress): boolean {
  if (stageState(progress, 'send') !== 'waiting') return true;
  const { outcome } = progress;
  if (outcome === undefined) return false;
  if (outcome.kind === 'paired') return true;
  const stage = outcome.error.stage;
  return stage !== undefined && STAGES.indexOf(stage) >= STAGES.indexOf('send');
}

const upsert = (pairings: readonly PairingRecord[], pairing: PairingRecord): PairingRecord[] =>
  pairings.some(({ id }) => id === pairing.id)
    ? pairings.map((other) => (other.id === pairing.id ? pairing : other))
    : [...pairings, pairing];

const withoutCode = (draft: Draft): Draft => ({ ...draft, code: '', codeShownAt: null });

/** The code that can still be sent, or ''. */
export const codeLeft = ({ draft, heldCode }: Model): string => draft.code || heldCode;

/** What the form holds once the attempt is over. */
const draftWithCode = (model: Model): Draft => ({ ...model.draft, code: codeLeft(model) });

function freshDraft(app: AppState, again: PairingRecord | null): Draft {
  if (again) {
    return {
      ...EMPTY_DRAFT,
      address: formatAuthority(again.address),
      transport: again.transport,
      posId: again.posId,
      serial: again.identity.kind === 'serial' ? again.identity.serial : '',
      replaces: again.id,
    };
  }
  return {
    ...EMPTY_DRAFT,
    address: app.offered?.address ?? '',
    transport: transportOf(app.offered?.address ?? '') ?? 'wss',
    posId: app.suggestedPosId,
  };
}

function transportOf(text: string): Transport | undefined {
  const parsed = parseAddress(text);
  return parsed.ok ? parsed.value.transport : undefined;
}

/** Whether a pairing is being made right now: it must be ended before another screen is shown. */
export const isPairing = ({ attempt }: Model): boolean => attempt !== null && !attempt.progress?.outcome;

const settle = (
  settled: Model['settled'],
  statuses: Readonly<Record<string, PairingStatus>>,
): Model['settled'] => ({
  ...settled,
  ...Object.fromEntries(Object.entries(statuses).filter(([, { state }]) => state !== 'checking')),
});

function without<T>(all: Readonly<Record<string, T>>, id: string): Record<string, T> {
  const { [id]: _gone, ...others } = all;
  return others;
}

/** The menu, the tray or a notification asks for a screen. A pairing under way is not left for it. */
function shown(model: Model, what: Extract<Push, { type: 'show' }>['what']): Model {
  if (!model.app) return model;
  if (what === 'about' || what === 'shortcuts') return { ...model, dialog: what };
  if (isPairing(model)) return model;
  const { place, attempt } = model;
  switch (what) {
    case 'settings':
      return went(model, { name: 'settings' });
    case 'find-devices':
      return place.name === 'find' ? model : went(model, { name: 'find', next: 'home' });
    case 'new-pairing':
      // What has been typed into the form is not thrown away.
      return place.name === 'pair' && !attempt && model.draft.replaces === null
        ? { ...model, dialog: null }
        : pairOpened(model, null);
  }
}

function pushed(model: Model, push: Push, at: string): Model {
  const { app } = model;
  switch (push.type) {
    case 'pairing-progress': {
      const { attempt } = model;
      const { progress } = push;
      if (!attempt) return model;
      const mine =
        attempt.id === null ? progress.attemptId !== model.lastAttemptId : attempt.id === progress.attemptId;
      if (!mine) return model;
      return {
        ...model,
        ...(codeUsed(progress) && { draft: withoutCode(model.draft), heldCode: '' }),
        attempt: {
          ...attempt,
          id: progress.attemptId,
          progress,
          endedAt: progress.outcome ? (attempt.endedAt ?? at) : null,
        },
        app:
          app && progress.outcome?.kind === 'paired'
            ? { ...app, pairings: upsert(app.pairings, progress.outcome.pairing) }
            : app,
      };
    }
    case 'pairing-changed':
      return app ? { ...model, app: { ...app, pairings: upsert(app.pairings, push.pairing) } } : model;
    case 'root-ca-trusted':
      return app ? { ...model, app: { ...app, rootCa: push.rootCa } } : model;
    case 'notices-changed':
      return app ? { ...model, app: { ...app, notices: push.notices } } : model;
    case 'pairing-removed':
      return app
        ? {
            ...model,
            app: {
              ...app,
              pairings: app.pairings.filter(({ id }) => id !== push.pairingId),
              statuses: without(app.statuses, push.pairingId),
            },
            checks: without(model.checks, push.pairingId),
            settled: without(model.settled, push.pairingId),
            place:
              model.place.name === 'device' && model.place.id === push.pairingId
                ? { name: 'home' }
                : model.place,
          }
        : model;
    case 'status-changed':
      return app
        ? {
            ...model,
            app: { ...app, statuses: { ...app.statuses, [push.pairingId]: push.status } },
            settled:
              push.status.state === 'checking'
                ? model.settled
                : { ...model.settled, [push.pairingId]: push.status },
          }
        : model;
    case 'search-progress': {
      const { search, lastSearchId } = model;
      const { progress } = push;
      if (!search) return model;
      const mine = search.id === null ? progress.searchId !== lastSearchId : search.id === progress.searchId;
      return mine ? { ...model, search: { ...search, id: progress.searchId, progress } } : model;
    }
    case 'settings-changed':
      return app ? { ...model, app: { ...app, settings: push.settings, language: push.language } } : model;
    case 'history-changed':
      return { ...model, historyVersion: model.historyVersion + 1 };
    case 'show':
      return app ? shown(model, push.what) : { ...model, asked: push };
    case 'show-pairing':
      if (!app) return { ...model, asked: push };
      return app.pairings.some(({ id }) => id === push.pairingId) && !isPairing(model)
        ? went(model, { name: 'device', id: push.pairingId })
        : model;
  }
}

/** The pairing whose new credentials a failed attempt has kept: only its proof is missing. */
export function keptPairing({ app, draft, attempt }: Model): PairingRecord | undefined {
  const outcome = attempt?.progress?.outcome;
  if (outcome?.kind !== 'failed' || !outcome.credentialsKept) return undefined;
  const address = parseAddress(draft.address);
  return app?.pairings.find(
    (pairing) =>
      pairing.id === draft.replaces ||
      (pairing.posId === draft.posId.trim() &&
        address.ok &&
        formatAuthority(pairing.address) === formatAuthority(address.value)),
  );
}

const closeAttempt = (model: Model): Model => ({
  ...model,
  attempt: null,
  lastAttemptId: model.attempt?.id ?? model.lastAttemptId,
});

/** A code outlives leaving the form only on an errand that leads back to it. */
const keepsDraft = (place: Place): boolean =>
  place.name === 'pair' || ((place.name === 'root-ca' || place.name === 'find') && place.next === 'pair');

const went = (model: Model, place: Place): Model => ({
  ...closeAttempt(model),
  place,
  focus: null,
  refusal: null,
  dialog: null,
  draft: keepsDraft(place) ? draftWithCode(model) : withoutCode(model.draft),
  heldCode: '',
});

const pairOpened = (model: Model, again: PairingRecord | null): Model =>
  model.app
    ? {
        ...closeAttempt(model),
        place: { name: 'pair' },
        draft: freshDraft(model.app, again),
        heldCode: '',
        focus: again ? 'code' : null,
        refusal: null,
        dialog: null,
      }
    : model;

function deviceChosen(model: Model, { address, identity }: FoundDevice): Model {
  if (!model.app) return model;
  const filling = model.place.name === 'find' && model.place.next === 'pair';
  return {
    ...closeAttempt(model),
    place: { name: 'pair' },
    draft: {
      ...(filling ? model.draft : freshDraft(model.app, null)),
      address: formatAuthority(address),
      serial: identity.kind === 'serial' ? identity.serial : '',
      serialSource: 'found',
    },
    focus: 'code',
    refusal: null,
  };
}

/** Every change of the renderer's state, as one pure function. */
export function reduce(model: Model, event: Event): Model {
  switch (event.type) {
    case 'loaded': {
      const loaded: Model = {
        ...model,
        app: event.app,
        loadError: null,
        place: event.app.rootCa ? { name: 'home' } : { name: 'root-ca', next: 'pair' },
        draft: freshDraft(event.app, null),
        settled: settle({}, event.app.statuses),
        asked: null,
      };
      return model.asked ? pushed(loaded, model.asked, '') : loaded;
    }
    case 'load-failed':
      return { ...model, loadError: event.error };
    case 'refreshed':
      return { ...model, app: event.app, settled: settle(model.settled, event.app.statuses) };
    case 'pushed':
      return pushed(model, event.push, event.at);
    case 'went':
      return went(model, event.place);
    case 'pair-opened':
      return pairOpened(model, event.again);
    case 'draft-changed':
      return {
        ...model,
        draft: {
          ...model.draft,
          ...event.change,
          ...(event.change.serial !== undefined && { serialSource: 'typed' }),
        },
      };
    case 'address-typed':
      return {
        ...model,
        draft: {
          ...model.draft,
          address: event.text,
          transport: transportOf(event.text) ?? model.draft.transport,
        },
      };
    case 'code-typed': {
      const code = normalizeCode(event.text);
      const complete = code.length >= CODE_LENGTH;
      return {
        ...model,
        draft: {
          ...model.draft,
          code,
          codeShownAt: code === '' ? null : (model.draft.codeShownAt ?? (complete ? event.now : null)),
        },
      };
    }
    case 'code-renewed':
      return { ...model, draft: { ...model.draft, code: '', codeShownAt: event.now } };
    case 'start-asked':
      return {
        ...model,
        draft: { ...model.draft, code: '' },
        heldCode: codeLeft(model),
        refusal: null,
        lastAttemptId: model.attempt?.id ?? model.lastAttemptId,
        attempt: { id: null, progress: null, repeated: event.repeated, cancelling: false, endedAt: null },
      };
    case 'started':
      return model.attempt?.id === null ? { ...model, attempt: { ...model.attempt, id: event.id } } : model;
    case 'refused':
      return {
        ...closeAttempt(model),
        draft: draftWithCode(model),
        heldCode: '',
        refusal: event.error,
        focus: fieldOf(event.error),
      };
    case 'cancel-asked':
      return model.attempt ? { ...model, attempt: { ...model.attempt, cancelling: true } } : model;
    case 'form-reopened':
      return {
        ...closeAttempt(model),
        place: { name: 'pair' },
        focus: event.focus,
        refusal: null,
        draft: {
          ...(event.focus === 'code' ? withoutCode(model.draft) : draftWithCode(model)),
          // A new try replaces what this one has kept; else its POS ID would be taken.
          replaces: keptPairing(model)?.id ?? model.draft.replaces,
        },
        heldCode: '',
      };
    case 'swap-confirmed':
      // Without a serial number, since another device is expected: the user confirms the one that answers.
      return { ...model, draft: { ...model.draft, allowSwap: true, serial: '' } };
    case 'device-chosen':
      return deviceChosen(model, event.device);
    case 'search-asked':
      return {
        ...model,
        lastSearchId: model.search?.id ?? model.lastSearchId,
        search: { id: null, progress: null, cancelling: false, refusal: null },
      };
    case 'search-started':
      return model.search?.id === null ? { ...model, search: { ...model.search, id: event.id } } : model;
    case 'search-refused':
      return model.search ? { ...model, search: { ...model.search, refusal: event.error } } : model;
    case 'search-cancel-asked':
      return model.search ? { ...model, search: { ...model.search, cancelling: true } } : model;
    case 'dialog-changed':
      return { ...model, dialog: event.dialog };
    case 'check-asked':
      return { ...model, checks: { ...model.checks, [event.id]: 'running' } };
    case 'check-ended':
      return {
        ...model,
        checks: without(model.checks, event.pairing.id),
        app: model.app && { ...model.app, pairings: upsert(model.app.pairings, event.pairing) },
      };
    case 'check-impossible':
      return { ...model, checks: { ...model.checks, [event.id]: event.error } };
  }
}

export function requestOf(model: Model): PairingRequest {
  const { codeShownAt: _, ...request } = model.draft;
  return { ...request, code: codeLeft(model) };
}
