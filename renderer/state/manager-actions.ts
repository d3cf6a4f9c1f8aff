import type { Method, MethodRequest, MethodValue, Push } from '../../shared/ipc/index.ts';
import type { ManagerState } from '../../shared/manager.ts';
import type { Result } from '../../shared/result.ts';
import { isLastStep, isLongEnough, type ManagerSlice, type PinPurpose } from './manager.ts';
import type { Event, Model } from './model.ts';

interface StoreParts {
  readonly getModel: () => Model;
  readonly dispatch: (event: Event) => void;
  readonly push: (push: Push) => void;
  readonly call: <M extends Method>(method: M, request: MethodRequest<M>) => Promise<Result<MethodValue<M>>>;
}

/** The store's part that asks for the manager PIN and takes it to the main process. */
export function createManager({ getModel, dispatch, push, call }: StoreParts) {
  /** Who waits for the dialog to be closed. */
  let waiting: ((isThere: boolean) => void)[] = [];

  const isFree = (): boolean => {
    const { mirror } = getModel();
    const state = mirror.state === 'ready' ? mirror.app.manager.state : 'off';
    return state === 'off' || state === 'unlocked';
  };

  const close = (): void => {
    dispatch({ type: 'pin-closed' });
    const asked = waiting;
    waiting = [];
    for (const tell of asked) tell(isFree());
  };

  /** Asks for the PIN; whether what it guards may be done once the dialog is closed. */
  const ask = (): Promise<boolean> => {
    dispatch({ type: 'pin-asked', purpose: 'unlock' });
    return new Promise((resolve) => waiting.push(resolve));
  };

  /** Whether what the PIN guards may be done, asking for it when needed. */
  const isThere = async (): Promise<boolean> => isFree() || ask();

  /**
   * Carries out what may need the manager. When it does, the PIN is asked for, and that one thing is done once more.
   * Without the PIN its `manager-needed` is the outcome.
   */
  const withManager = async <T>(carryOut: () => Promise<Result<T>>): Promise<Result<T>> => {
    const first = await carryOut();
    if (first.ok || first.error.code !== 'manager-needed') return first;
    return (await ask()) ? carryOut() : first;
  };

  const send = (
    purpose: PinPurpose,
    { digits }: ManagerSlice,
  ): Promise<Result<{ manager: ManagerState }>> => {
    const { entry, old } = digits;
    switch (purpose) {
      case 'unlock':
        return call('unlockManager', { pin: entry });
      case 'set':
        return call('setManagerPin', { pin: entry });
      case 'change':
        return call('changeManagerPin', { oldPin: old, newPin: entry });
      case 'clear':
        return call('clearManagerPin', { pin: entry });
    }
  };

  const actions = {
    openPin: (purpose: PinPurpose) => dispatch({ type: 'pin-asked', purpose }),
    typePin: (text: string) => dispatch({ type: 'pin-typed', text }),
    closePin: close,
    /** On to the next step, or to the main process with what was entered. */
    async submitPin(): Promise<void> {
      const { manager } = getModel();
      if (!manager.dialog || manager.dialog.busy || !isLongEnough(manager)) return;
      dispatch({ type: 'pin-entered' });
      // It will not do, or was not the last one.
      if (!isLastStep(manager.dialog) || getModel().manager !== manager) return;
      const sent = send(manager.dialog.purpose, manager);
      dispatch({ type: 'pin-sent' });
      const done = await sent;
      if (!done.ok) return dispatch({ type: 'pin-refused', error: done.error });
      push({ type: 'manager-changed', manager: done.value.manager });
      close();
    },
    async lockManager(): Promise<void> {
      const locked = await call('lockManager', null);
      if (locked.ok) push({ type: 'manager-changed', manager: locked.value.manager });
    },
    /** For a forgotten PIN: all pairings go with it. */
    async resetPin(): Promise<Result<{ removed: number }>> {
      const reset = await call('resetManagerPin', { confirmed: true });
      if (reset.ok) push({ type: 'manager-changed', manager: reset.value.manager });
      return reset;
    },
  };

  return { actions, withManager, isThere };
}
