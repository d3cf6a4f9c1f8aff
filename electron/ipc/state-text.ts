import { type AppState, appStateSchema } from '../../shared/ipc/app.ts';
import { failure } from '../core/failure.ts';

const withoutPairings = appStateSchema.omit({ pairings: true });

/**
 * The state as the contract's `getState` hands it on. The pairings are not checked once more: the vault holds nothing
 * but what their schema has passed. Throws {@link Failure} `internal` for anything else that breaks the contract.
 */
export function stateText({ pairings, ...others }: AppState): string {
  // Parsing also strips what the contract does not name.
  const checked = withoutPairings.safeParse(others);
  if (!checked.success) throw failure('internal', 'getState broke its contract');
  return JSON.stringify({ ...checked.data, pairings });
}
