import { createContext, useContext, useSyncExternalStore } from 'react';
import type { AppState } from '../../shared/ipc/app.ts';
import type { ReadyMirror } from './mirror.ts';
import type { Model } from './model.ts';
import type { Actions, Store } from './store.ts';

export const StoreContext = createContext<Store | null>(null);

function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error('StoreContext is missing');
  return store;
}

export function useModel(): Model {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.getModel);
}

export const useActions = (): Actions => useStore().actions;

/** What the main process knows, on screens that are shown only once it is there. */
export function useMirror(): ReadyMirror {
  const { mirror } = useModel();
  if (mirror.state !== 'ready') throw new Error('The state is not loaded yet');
  return mirror;
}

export const useAppState = (): AppState => useMirror().app;
