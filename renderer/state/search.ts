import type { AppError } from '../../shared/errors.ts';
import type { SearchProgress } from '../../shared/search.ts';
import type { Event } from './model.ts';

/** The search for devices. */
export type DeviceSearch =
  | { readonly state: 'idle' }
  /** Asked for, but not named by the main process yet. */
  | { readonly state: 'starting'; readonly cancelling: boolean }
  | {
      readonly state: 'running';
      readonly id: string;
      readonly progress: SearchProgress;
      readonly cancelling: boolean;
    }
  | { readonly state: 'ended'; readonly id: string; readonly progress: SearchProgress }
  /** It could not be started or stopped. */
  | { readonly state: 'refused'; readonly error: AppError };

export interface SearchSlice {
  readonly current: DeviceSearch;
  /** Pushes of the search before the current one may still arrive and are ignored. */
  readonly previousId: string | null;
}

export const NO_SEARCH: SearchSlice = { current: { state: 'idle' }, previousId: null };

export type SearchEvent =
  | { readonly type: 'search-asked' }
  | { readonly type: 'search-started'; readonly id: string }
  | { readonly type: 'search-refused'; readonly error: AppError }
  | { readonly type: 'search-cancel-asked' };

export const isSearching = ({ state }: DeviceSearch): boolean => state === 'starting' || state === 'running';

const moveTo = ({ current, previousId }: SearchSlice, next: DeviceSearch): SearchSlice => ({
  current: next,
  previousId: 'id' in current ? current.id : previousId,
});

function progressed(slice: SearchSlice, progress: SearchProgress): SearchSlice {
  const { current, previousId } = slice;
  const { searchId: id, finished } = progress;
  const isMine = current.state === 'starting' ? id !== previousId : 'id' in current && current.id === id;
  if (!isMine) return slice;
  if (finished) return { ...slice, current: { state: 'ended', id, progress } };
  const cancelling = 'cancelling' in current && current.cancelling;
  return { ...slice, current: { state: 'running', id, progress, cancelling } };
}

export function reduceSearch(slice: SearchSlice, event: Event): SearchSlice {
  const { current } = slice;
  switch (event.type) {
    case 'search-asked':
      return moveTo(slice, { state: 'starting', cancelling: false });
    case 'search-started': {
      if (current.state !== 'starting') return slice;
      const progress = { searchId: event.id, done: 0, total: 0, found: [], finished: false };
      return {
        ...slice,
        current: { state: 'running', id: event.id, progress, cancelling: current.cancelling },
      };
    }
    case 'search-refused':
      return isSearching(current) ? moveTo(slice, { state: 'refused', error: event.error }) : slice;
    case 'search-cancel-asked':
      return current.state === 'starting' || current.state === 'running'
        ? { ...slice, current: { ...current, cancelling: true } }
        : slice;
    case 'pushed':
      return event.push.type === 'search-progress' ? progressed(slice, event.push.progress) : slice;
    default:
      return slice;
  }
}
