import { type AppState, appStateSchema } from '../../shared/ipc/app.ts';
import { failure } from '../core/failure.ts';

const others = appStateSchema.omit({ pairings: true, statuses: true });

/**
 * The state as the contract's `getState` hands it on. What there is of each pairing is not checked once more: the vault
 * holds nothing but what their schema has passed, and each status is one that `nextStatus` makes. Throws
 * {@link Failure} `internal` for anything else that breaks the contract.
 */
export function stateText({ pairings, statuses, ...state }: AppState): string {
  // Parsing also strips what the contract does not name.
  const checked = others.safeParse(state);
  if (!checked.success) throw failure('internal', 'getState broke its contract');
  return JSON.stringify({ ...checked.data, pairings, statuses });
}
