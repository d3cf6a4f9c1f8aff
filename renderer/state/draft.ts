import { type AppError, ERROR_CATALOGUE, type ErrorAction } from '../../shared/errors.ts';
import { serialOf } from '../../shared/identity.ts';
import { formatAuthority, parseAddress, type Transport } from '../../shared/inputs.ts';
import type { AppState } from '../../shared/ipc/app.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { FoundDevice } from '../../shared/search.ts';
import type { Event, Model } from './model.ts';

export type DraftField = 'address' | 'code' | 'posId' | 'serial';

/** What the pairing form holds, apart from the setup code. */
export interface Draft {
  readonly address: string;
  readonly transport: Transport;
  readonly posId: string;
  readonly serial: string;
  /** Whether a search filled in the serial number; what somebody typed is their own word. */
  readonly serialSource: PairingRequest['serialSource'];
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
  | { readonly type: 'swap-confirmed' };

export const EMPTY_DRAFT: Draft = {
  address: '',
  transport: 'wss',
  posId: '',
  serial: '',
  serialSource: 'typed',
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

/** What the main process is asked to pair, with the code that is left. */
export const requestOf = ({ draft, code }: Model): PairingRequest => ({ ...draft, code: code.text });

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
  const address = app.offered?.address ?? app.policy.address;
  return { ...EMPTY_DRAFT, address, transport: transportOf(address) ?? 'wss', posId: app.suggestedPosId };
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
      const filling = navigation.place.name === 'pair';
      const { address, identity } = event.device;
      return {
        ...(filling || mirror.state !== 'ready' ? draft : freshDraft(mirror.app)),
        address: formatAuthority(address),
        serial: serialOf(identity),
        serialSource: 'found',
      };
    }
    case 'draft-changed':
      return {
        ...draft,
        ...event.change,
        ...(event.change.serial !== undefined && { serialSource: 'typed' }),
      };
    case 'address-typed':
      return { ...draft, address: event.text, transport: transportOf(event.text) ?? draft.transport };
    case 'swap-confirmed':
      // Without a serial number, since another device is expected: the user confirms the one that answers.
      return { ...draft, allowSwap: true, serial: '' };
    case 'form-reopened':
      // A new try replaces what this one has kept; otherwise its POS ID would be taken.
      return { ...draft, replaces: keptPairing(before)?.id ?? draft.replaces };
    default:
      return draft;
  }
}
