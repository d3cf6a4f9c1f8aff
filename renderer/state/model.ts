import type { AppError, ErrorAction } from '../../shared/errors.ts';
import { ERROR_CATALOGUE, STAGES } from '../../shared/errors.ts';
import {
  CODE_LENGTH,
  formatAuthority,
  normalizeCode,
  parseAddress,
  type Transport,
} from '../../shared/inputs.ts';
import type { AppState, PairingRequest, Push } from '../../shared/ipc.ts';
import type { PairingProgress, PairingRecord, StageState } from '../../shared/pairing.ts';

/** Where the user is. Within `pair`, the attempt says which of its views is shown. */
export type Place =
  | { readonly name: 'home' }
  | { readonly name: 'pair' }
  /** `next`: where trusting the certificate, or going back, leads to. */
  | { readonly name: 'root-ca'; readonly next: 'home' | 'pair' };

export type DraftField = 'address' | 'code' | 'posId' | 'serial';

/** What the pairing form holds. The only place in the renderer where a connection code is kept. */
export interface Draft {
  readonly address: string;
  readonly transport: Transport;
  readonly code: string;
  readonly posId: string;
  readonly serial: string;
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

export interface Model {
  /** null while the state is being fetched. */
  readonly app: AppState | null;
  readonly loadError: AppError | null;
  readonly place: Place;
  readonly draft: Draft;
  /** The field to put the focus on when the form appears; null means its heading. */
  readonly focus: DraftField | null;
  readonly attempt: Attempt | null;
  /** Pushes of the attempt before the current one may still arrive and are ignored. */
  readonly lastAttemptId: string | null;
  /** Why the main process refused to start a pairing. */
  readonly refusal: AppError | null;
  /** Connection checks by pairing: under way, or why one could not be carried out at all. */
  readonly checks: Readonly<Record<string, 'running' | AppError>>;
}

const EMPTY_DRAFT: Draft = {
  address: '',
  transport: 'wss',
  code: '',
  posId: '',
  serial: '',
  replaces: null,
  allowSwap: false,
  codeShownAt: null,
};

export const INITIAL: Model = {
  app: null,
  loadError: null,
  place: { name: 'home' },
  draft: EMPTY_DRAFT,
  focus: null,
  attempt: null,
  lastAttemptId: null,
  refusal: null,
  checks: {},
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
        draft: codeUsed(progress) ? withoutCode(model.draft) : model.draft,
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
    case 'trust-anchor-changed':
      return app ? { ...model, app: { ...app, trustAnchor: push.trustAnchor } } : model;
    case 'notices-changed':
      return app ? { ...model, app: { ...app, notices: push.notices } } : model;
    // A push that no screen shows.
    default:
      return model;
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

/** Every change of the renderer's state, as one pure function. */
export function reduce(model: Model, event: Event): Model {
  switch (event.type) {
    case 'loaded':
      return {
        ...model,
        app: event.app,
        loadError: null,
        place: event.app.trustAnchor ? { name: 'home' } : { name: 'root-ca', next: 'pair' },
        draft: freshDraft(event.app, null),
      };
    case 'load-failed':
      return { ...model, loadError: event.error };
    case 'refreshed':
      return { ...model, app: event.app };
    case 'pushed':
      return pushed(model, event.push, event.at);
    case 'went':
      return {
        ...closeAttempt(model),
        place: event.place,
        focus: null,
        refusal: null,
        // A code outlives leaving the form only on the way to the Root CA and back.
        draft: event.place.name === 'home' ? withoutCode(model.draft) : model.draft,
      };
    case 'pair-opened':
      return model.app
        ? {
            ...closeAttempt(model),
            place: { name: 'pair' },
            draft: freshDraft(model.app, event.again),
            focus: event.again ? 'code' : null,
            refusal: null,
          }
        : model;
    case 'draft-changed':
      return { ...model, draft: { ...model.draft, ...event.change } };
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
        refusal: null,
        lastAttemptId: model.attempt?.id ?? model.lastAttemptId,
        attempt: { id: null, progress: null, repeated: event.repeated, cancelling: false, endedAt: null },
      };
    case 'started':
      return model.attempt?.id === null ? { ...model, attempt: { ...model.attempt, id: event.id } } : model;
    case 'refused':
      return { ...closeAttempt(model), refusal: event.error, focus: fieldOf(event.error) };
    case 'cancel-asked':
      return model.attempt ? { ...model, attempt: { ...model.attempt, cancelling: true } } : model;
    case 'form-reopened':
      return {
        ...closeAttempt(model),
        place: { name: 'pair' },
        focus: event.focus,
        refusal: null,
        draft: {
          ...(event.focus === 'code' ? withoutCode(model.draft) : model.draft),
          // A new try replaces what this one has kept; else its POS ID would be taken.
          replaces: keptPairing(model)?.id ?? model.draft.replaces,
        },
      };
    case 'check-asked':
      return { ...model, checks: { ...model.checks, [event.id]: 'running' } };
    case 'check-ended': {
      const { [event.pairing.id]: _ended, ...checks } = model.checks;
      return {
        ...model,
        checks,
        app: model.app && { ...model.app, pairings: upsert(model.app.pairings, event.pairing) },
      };
    }
    case 'check-impossible':
      return { ...model, checks: { ...model.checks, [event.id]: event.error } };
  }
}

export const requestOf = ({ codeShownAt: _, ...request }: Draft): PairingRequest => request;
