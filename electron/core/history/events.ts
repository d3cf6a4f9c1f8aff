import { type DeviceAddress, formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { ConnectionState, PairingStatus } from '../../../shared/status.ts';
import type { AttemptEnd } from '../pairing/pairing-service.ts';
import type { NewHistoryEntry } from './history.ts';

/** Which pairing an entry is about. */
export const aboutPairing = ({ id, posId, identity }: PairingRecord) => ({
  pairingId: id,
  posId,
  ...(identity.kind === 'serial' && { serial: identity.serial }),
});

export function endOfAttempt({ posId, replaced, result, stored }: AttemptEnd): NewHistoryEntry {
  const about = stored ?? replaced;
  const subject = about ? aboutPairing(about) : { posId };
  if (!result.ok) return { ...subject, posId, kind: 'pairing-failed', result: result.error.code };
  if (!replaced) return { ...subject, kind: 'paired', result: 'ok' };
  const before = aboutPairing(replaced).serial;
  const after = aboutPairing(result.value).serial;
  if (before === after) return { ...subject, kind: 're-paired', result: 'ok' };
  return {
    ...subject,
    kind: 'device-swapped',
    result: 'ok',
    ...(before && { from: before }),
    ...(after && { to: after }),
  };
}

export const moveOf = (pairing: PairingRecord, from: DeviceAddress): NewHistoryEntry => ({
  ...aboutPairing(pairing),
  kind: 'address-moved',
  result: 'ok',
  from: formatAuthority(from),
  to: formatAuthority(pairing.address),
});

/** States that pass by themselves and would only fill the history. */
const PASSING: ReadonlySet<ConnectionState> = new Set(['unknown', 'checking', 'reconnecting']);

/** Remembers the last lasting state of each pairing, so that only real changes are written. */
export class StatusChanges {
  readonly #last = new Map<string, ConnectionState>();

  /** The entry for a status, or null when nothing lasting has changed. */
  entryFor(pairing: PairingRecord, { state, error }: PairingStatus): NewHistoryEntry | null {
    const before = this.#last.get(pairing.id);
    if (PASSING.has(state) || state === before) return null;
    this.#last.set(pairing.id, state);
    // The first check after a start says nothing new while all is well.
    if (before === undefined && state === 'connected') return null;
    const kind = state === 'refused' ? 'refused' : 'status';
    return {
      ...aboutPairing(pairing),
      kind,
      result: error?.code ?? 'ok',
      ...(before && { from: before }),
      to: state,
    };
  }
}
