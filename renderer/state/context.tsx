import { createContext, useContext, useSyncExternalStore } from 'react';
import type { AppState } from '../../shared/ipc/app.ts';
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

/** The main process's state, on screens that are shown only once it is there. */
export function useAppState(): AppState {
  const { app } = useModel();
  if (!app) throw new Error('The state is not loaded yet');
  return app;
}
