import { type AppError, ERROR_CATALOGUE, type ErrorAction } from '../../shared/errors.ts';
import { serialOf } from '../../shared/identity.ts';
import {
  CODE_LENGTH,
  formatAuthority,
  normalizeCode,
  parseAddress,
  type Transport,
} from '../../shared/inputs.ts';
import type { AppState } from '../../shared/ipc/app.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { FoundDevice } from '../../shared/search.ts';
import { codeUsed, concerns } from './attempt.ts';
import type { Event, Model } from './model.ts';
import { leadsToForm } from './navigation.ts';

export type DraftField = 'address' | 'code' | 'posId' | 'serial';

/**
 * The setup code, here and nowhere else in the renderer. `typed`: the form shows it. `held`: an attempt has it taken
 * out of the form until the device has it, since a page that is gone may stay in memory for long, with all it has
 * shown. Once the device may have it, or it is given up, the text is ''.
 */
interface DraftCode {
  readonly state: 'typed' | 'held';
  readonly text: string;
  /** When the device showed the code, as far as known (milliseconds since 1970). */
  readonly shownAt: number | null;
}

/** What the pairing form holds. */
export interface Draft {
  readonly address: string;
  readonly transport: Transport;
  readonly code: DraftCode;
  readonly posId: string;
  readonly serial: string;
  /** The pairing that is made again, or null for a new one. */
  readonly replaces: string | null;
  /** Whether another device may take the place of the one in `replaces`. */
  readonly allowSwap: boolean;
}

export type DraftEvent =
  | { readonly type: 'pair-opened'; readonly again: PairingRecord | null }
  | { readonly type: 'form-reopened'; readonly focus: DraftField | null }
  | { readonly type: 'device-chosen'; readonly device: FoundDevice }
  | {
      readonly type: 'draft-changed';
      readonly change: Partial<Pick<Draft, 'address' | 'transport' | 'posId' | 'serial'>>;
    }
  | { readonly type: 'address-typed'; readonly text: string }
  | { readonly type: 'code-typed'; readonly text: string; readonly now: number }
  | { readonly type: 'code-renewed'; readonly now: number }
  | { readonly type: 'swap-confirmed' };

const NO_CODE: DraftCode = { state: 'typed', text: '', shownAt: null };

export const EMPTY_DRAFT: Draft = {
  address: '',
  transport: 'wss',
  code: NO_CODE,
  posId: '',
  serial: '',
  replaces: null,
  allowSwap: false,
};

const FIELD_OF_ACTION: Partial<Record<ErrorAction, DraftField>> = {
  'edit-address': 'address',
  'edit-code': 'code',
  'edit-pos-id': 'posId',
  'edit-serial': 'serial',
};

/** The field an error is about, if it is about one. */
export const fieldOf = (error: AppError): DraftField | null =>
  FIELD_OF_ACTION[ERROR_CATALOGUE[error.code].action] ?? null;

/** What a field of the form shows. */
export function fieldText({ code, ...draft }: Draft, field: DraftField): string {
  if (field !== 'code') return draft[field];
  return code.state === 'typed' ? code.text : '';
}

/** What the main process is asked to pair, with the code that is left. */
export const requestOf = ({ code, ...draft }: Draft): PairingRequest => ({ ...draft, code: code.text });

function transportOf(text: string): Transport | undefined {
  const parsed = parseAddress(text);
  return parsed.ok ? parsed.value.transport : undefined;
}

function freshDraft(app: AppState, again: PairingRecord | null = null): Draft {
  if (again) {
    return {
      ...EMPTY_DRAFT,
      address: formatAuthority(again.address),
      transport: again.transport,
      posId: again.posId,
      serial: serialOf(again.identity),
      replaces: again.id,
    };
  }
  const address = app.offered?.address ?? '';
  return { ...EMPTY_DRAFT, address, transport: transportOf(address) ?? 'wss', posId: app.suggestedPosId };
}

const withoutCode = (draft: Draft): Draft => ({ ...draft, code: NO_CODE });
const withCode = (draft: Draft, change: Partial<DraftCode>): Draft => ({
  ...draft,
  code: { ...draft.code, ...change },
});

function codeTyped({ shownAt }: DraftCode, text: string, now: number): DraftCode {
  const code = normalizeCode(text);
  if (code === '') return NO_CODE;
  return { state: 'typed', text: code, shownAt: shownAt ?? (code.length >= CODE_LENGTH ? now : null) };
}

/** The pairing whose new credentials a failed attempt has kept: only its proof is missing. */
export function keptPairing({ mirror, draft, attempt: { current } }: Model): PairingRecord | undefined {
  if (mirror.state !== 'ready' || current.state !== 'ended') return undefined;
  if (current.outcome.kind !== 'failed' || !current.outcome.credentialsKept) return undefined;
  const address = parseAddress(draft.address);
  return mirror.app.pairings.find(
    (pairing) =>
      pairing.id === draft.replaces ||
      (pairing.posId === draft.posId.trim() &&
        address.ok &&
        formatAuthority(pairing.address) === formatAuthority(address.value)),
  );
}

export function reduceDraft(draft: Draft, event: Event, before: Model): Draft {
  switch (event.type) {
    case 'loaded':
      return freshDraft(event.app);
    case 'pair-opened':
      return before.mirror.state === 'ready' ? freshDraft(before.mirror.app, event.again) : draft;
    case 'device-chosen': {
      const { mirror, navigation } = before;
      const filling = navigation.place.name === 'search' && navigation.place.next === 'pair';
      const { address, identity } = event.device;
      return {
        ...(filling || mirror.state !== 'ready' ? draft : freshDraft(mirror.app)),
        address: formatAuthority(address),
        serial: serialOf(identity),
      };
    }
    case 'draft-changed':
      return { ...draft, ...event.change };
    case 'address-typed':
      return { ...draft, address: event.text, transport: transportOf(event.text) ?? draft.transport };
    case 'code-typed':
      return { ...draft, code: codeTyped(draft.code, event.text, event.now) };
    case 'code-renewed':
      return { ...draft, code: { state: 'typed', text: '', shownAt: event.now } };
    case 'swap-confirmed':
      // Without a serial number, since another device is expected: the user confirms the one that answers.
      return { ...draft, allowSwap: true, serial: '' };
    case 'start-asked':
      return withCode(draft, { state: 'held' });
    case 'refused':
      return withCode(draft, { state: 'typed' });
    case 'form-reopened':
      return {
        ...(event.focus === 'code' ? withoutCode(draft) : withCode(draft, { state: 'typed' })),
        // A new try replaces what this one has kept; otherwise its POS ID would be taken.
        replaces: keptPairing(before)?.id ?? draft.replaces,
      };
    case 'went':
      return leadsToForm(event.place) ? withCode(draft, { state: 'typed' }) : withoutCode(draft);
    case 'pushed': {
      const { push } = event;
      return push.type === 'pairing-progress' &&
        concerns(before.attempt, push.progress) &&
        codeUsed(push.progress)
        ? withoutCode(draft)
        : draft;
    }
    default:
      return draft;
  }
}
