import { describe, expect, it } from 'vitest';
import { createStore } from '../../renderer/state/store.ts';
import { appError } from '../../shared/errors.ts';
import type { Method, PosApi, Push } from '../../shared/ipc/index.ts';
import type { ManagerState } from '../../shared/manager.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { EMPTY_APP } from '../support/app-state.ts';

const PIN = '295713';
const ID = '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e';
const LOCKED: ManagerState = { state: 'locked', triesLeft: 5, readable: true };
const UNLOCKED: ManagerState = { state: 'unlocked', until: '2026-11-28T08:05:00.000Z' };

/** A main process with a manager PIN, which guards everything but the PIN's own methods. */
async function appWithPin(before: ManagerState = LOCKED) {
  const calls: { method: Method; request: unknown }[] = [];
  let tell: (push: Push) => void = () => {};
  let manager = before;
  const answer = (method: Method, request: unknown): Result<unknown> => {
    const { pin, oldPin } = (request ?? {}) as { pin?: string; oldPin?: string };
    switch (method) {
      case 'getState':
        return ok(JSON.stringify({ ...EMPTY_APP, manager }));
      case 'unlockManager':
        if (pin !== PIN) return err(appError('pin-wrong', '', { params: { tries: '4' } }));
        manager = UNLOCKED;
        return ok({ manager });
      case 'setManagerPin':
        manager = LOCKED;
        return ok({ manager });
      case 'changeManagerPin':
        return oldPin === PIN ? ok({ manager }) : err(appError('pin-wrong', '', { params: { tries: '4' } }));
      case 'lockManager':
        manager = LOCKED;
        return ok({ manager });
      case 'startPairing':
        return ok({ attemptId: ID });
      default:
        return manager.state === 'locked' ? err(appError('manager-needed')) : ok(null);
    }
  };
  const api: PosApi = {
    call: async (method, request) => {
      calls.push({ method, request });
      return answer(method, request) as never;
    },
    onPush: (listener) => {
      tell = listener;
      return () => {};
    },
  };
  const store = createStore(api);
  await store.actions.load();
  const enter = async (pin: string) => {
    store.actions.typePin(pin);
    await store.actions.submitPin();
  };
  return {
    ...store.actions,
    enter,
    tell: (push: Push) => tell(push),
    model: store.getModel,
    dialog: () => store.getModel().manager.dialog,
    names: () => calls.map(({ method }) => method).filter((method) => method !== 'getState'),
    /** Whether the digits are anywhere in what the renderer knows. */
    knows: (pin: string) => JSON.stringify(store.getModel()).includes(pin),
  };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('what needs the manager', () => {
  it('asks for the PIN and is done once more, exactly that and once', async () => {
    const app = await appWithPin();
    const removal = app.removePairing(ID);
    await turn();
    expect(app.dialog()).toMatchObject({ purpose: 'unlock', step: 'pin', busy: false });
    await app.enter(PIN);
    expect(await removal).toEqual(ok(null));
    expect(app.names()).toEqual(['removePairing', 'unlockManager', 'removePairing']);
    expect(app.dialog()).toBeNull();
    expect(app.knows(PIN)).toBe(false);
  });

  it('waits for the right PIN, and says what was wrong with another one', async () => {
    const app = await appWithPin();
    const removal = app.removePairing(ID);
    await turn();
    await app.enter('804621');
    expect(app.dialog()).toMatchObject({ busy: false, problem: { code: 'pin-wrong' } });
    expect(app.knows('804621')).toBe(false);
    await app.enter(PIN);
    expect((await removal).ok).toBe(true);
    expect(app.names()).toEqual(['removePairing', 'unlockManager', 'unlockManager', 'removePairing']);
  });

  it('stays undone when the manager does not come', async () => {
    const app = await appWithPin();
    const removal = app.removePairing(ID);
    await turn();
    app.typePin(PIN);
    app.closePin();
    expect(await removal).toMatchObject({ ok: false, error: { code: 'manager-needed' } });
    expect(app.names()).toEqual(['removePairing']);
    expect(app.dialog()).toBeNull();
    expect(app.knows(PIN)).toBe(false);
  });

  it('is done at once while it is unlocked', async () => {
    const app = await appWithPin(UNLOCKED);
    expect((await app.exportHistory('csv')).ok).toBe(true);
    expect(app.names()).toEqual(['exportHistory']);
  });

  it('leaves a swap as it was when the manager does not come', async () => {
    const app = await appWithPin();
    app.openPair();
    const before = app.model();
    const swap = app.swapDevice();
    await turn();
    expect(app.dialog()).not.toBeNull();
    app.closePin();
    await swap;
    expect({ ...app.model(), manager: before.manager }).toEqual(before);
    expect(app.names()).toEqual([]);
  });

  it('starts a pairing again that found it needs the manager only on its way', async () => {
    const app = await appWithPin(UNLOCKED);
    app.openPair();
    app.typeCode('8QW1YS1D');
    await app.startPairing(false);
    app.tell({ type: 'manager-changed', manager: LOCKED });
    const { current } = app.model().attempt;
    const attemptId = 'id' in current ? current.id : '';
    const stages = (['reach', 'verify', 'identify', 'send', 'check', 'store', 'prove'] as const).map(
      (stage) => ({ stage, state: 'waiting' as const }),
    );
    const error = appError('manager-needed', '', { stage: 'identify' });
    const outcome = { kind: 'failed', error, credentialsKept: false } as const;
    app.tell({ type: 'pairing-progress', progress: { attemptId, stages, outcome } });
    await turn();
    expect(app.dialog()).not.toBeNull();
    await app.enter(PIN);
    await turn();
    expect(app.names()).toEqual(['startPairing', 'unlockManager', 'startPairing']);
  });
});

describe('the digits', () => {
  it('are digits only, as many as a PIN may have', async () => {
    const app = await appWithPin();
    app.openPin('unlock');
    app.typePin('29a-57 13');
    expect(app.model().manager.digits.entry).toBe(PIN);
    app.typePin('1234567890123');
    expect(app.model().manager.digits.entry).toBe('123456789012');
  });

  it('are not sent while they are too few', async () => {
    const app = await appWithPin();
    app.openPin('unlock');
    await app.enter('29571');
    expect(app.names()).toEqual([]);
  });

  it('of a new PIN are entered twice, and kept no longer than that takes', async () => {
    const app = await appWithPin({ state: 'off' });
    app.openPin('set');
    await app.enter('123456');
    expect(app.dialog()).toMatchObject({ step: 'new', problem: { code: 'pin-invalid' } });
    await app.enter(PIN);
    expect(app.dialog()).toMatchObject({ step: 'repeat', problem: null });
    await app.enter('804621');
    expect(app.dialog()).toMatchObject({ step: 'new', problem: 'mismatch' });
    expect(app.knows(PIN)).toBe(false);
    await app.enter(PIN);
    await app.enter(PIN);
    expect(app.dialog()).toBeNull();
    expect(app.names()).toEqual(['setManagerPin']);
    expect(app.knows(PIN)).toBe(false);
  });

  it('of the old PIN are asked for first, and again when they were wrong', async () => {
    const app = await appWithPin();
    app.openPin('change');
    for (const pin of ['777888', '804621', '804621']) await app.enter(pin);
    expect(app.dialog()).toMatchObject({ step: 'old', problem: { code: 'pin-wrong' } });
    for (const pin of [PIN, '804621', '804621']) await app.enter(pin);
    expect(app.dialog()).toBeNull();
    expect(app.names()).toEqual(['changeManagerPin', 'changeManagerPin']);
    expect(app.knows('804621')).toBe(false);
  });
});
