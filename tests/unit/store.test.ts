import { describe, expect, it } from 'vitest';
import { createStore } from '../../renderer/state/store.ts';
import { appError } from '../../shared/errors.ts';
import type { PosApi, Push } from '../../shared/ipc/index.ts';
import { err, ok } from '../../shared/result.ts';
import { DEFAULT_SETTINGS, patched, type Settings, type SettingsPatch } from '../../shared/settings.ts';
import { EMPTY_APP } from '../support/app-state.ts';

/** A main process whose answers to `updateSettings` come when the test wants them. */
async function appWithSettings() {
  let saved: Settings = DEFAULT_SETTINGS;
  let tell: (push: Push) => void = () => {};
  const answers: ((works: boolean) => void)[] = [];
  const update = (patch: SettingsPatch) =>
    new Promise((resolve) => {
      answers.push((works) => {
        if (works) saved = patched(saved, patch);
        resolve(works ? ok({ settings: saved, language: 'en' }) : err(appError('storage-failed')));
      });
    });
  const api: PosApi = {
    call: (method, request) =>
      (method === 'updateSettings'
        ? update(request as SettingsPatch)
        : Promise.resolve(ok(JSON.stringify({ ...EMPTY_APP, settings: saved })))) as ReturnType<
        PosApi['call']
      > as never,
    onPush: (listener) => {
      tell = listener;
      return () => {};
    },
  };
  const store = createStore(api);
  await store.actions.load();
  return {
    ...store.actions,
    shown: () => {
      const { mirror } = store.getModel();
      return mirror.state === 'ready' ? mirror.app.settings : undefined;
    },
    answer: (works: boolean) => answers.shift()?.(works),
    tell: (push: Push) => tell(push),
    saved: () => saved,
  };
}

describe('a state that was read before something was told', () => {
  const NEWS: Push = {
    type: 'settings-changed',
    settings: { ...DEFAULT_SETTINGS, tray: true },
    language: 'de',
  };
  /** Answers to `getState` arrive when the test wants them; everything else is done at once. */
  function slowApp() {
    let tell: (push: Push) => void = () => {};
    const states: ((state: unknown) => void)[] = [];
    const api: PosApi = {
      call: (method) =>
        new Promise((resolve) => {
          if (method === 'getState') states.push(resolve as (state: unknown) => void);
          else resolve(ok(null) as never);
        }),
      onPush: (listener) => {
        tell = listener;
        return () => {};
      },
    };
    const store = createStore(api);
    const arrive = async () => {
      while (states.length === 0) await Promise.resolve();
      states.shift()?.(ok(JSON.stringify(EMPTY_APP)));
    };
    return { store, arrive, tell: (push: Push) => tell(push) };
  }
  const NEWER = { state: 'ready', app: { settings: { tray: true }, language: 'de' } };

  it('does not undo it when the page loads', async () => {
    const { store, arrive, tell } = slowApp();
    const loading = store.actions.load();
    tell(NEWS);
    await arrive();
    await loading;
    expect(store.getModel().mirror).toMatchObject(NEWER);
  });

  it('does not undo it later either', async () => {
    const { store, arrive, tell } = slowApp();
    const loading = store.actions.load();
    await arrive();
    await loading;
    const dismissing = store.actions.dismissNotice('1');
    // The notice is dismissed, and the state is being read.
    await new Promise((resolve) => setTimeout(resolve, 0));
    tell(NEWS);
    await arrive();
    await dismissing;
    expect(store.getModel().mirror).toMatchObject(NEWER);
  });
});

describe('settings in the renderer', () => {
  it('are shown as chosen before the main process has answered, whatever it says meanwhile', async () => {
    const app = await appWithSettings();
    const first = app.updateSettings({ notifications: false });
    const second = app.updateSettings({ tray: true });
    expect(app.shown()).toMatchObject({ notifications: false, tray: true });
    app.tell({ type: 'settings-changed', settings: DEFAULT_SETTINGS, language: 'en' });
    expect(app.shown()).toMatchObject({ notifications: false, tray: true });
    app.answer(true);
    await first;
    expect(app.shown()).toMatchObject({ notifications: false, tray: true });
    app.answer(true);
    await second;
    expect(app.shown()).toEqual(app.saved());
    expect(app.saved()).toMatchObject({ notifications: false, tray: true });
  });

  it('are taken back when they cannot be saved', async () => {
    const app = await appWithSettings();
    const change = app.updateSettings({ tray: true });
    app.answer(false);
    expect((await change).ok).toBe(false);
    expect(app.shown()).toEqual(DEFAULT_SETTINGS);
  });
});

describe('moving a pairing to the address its device was found at', () => {
  const ID = '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e';
  async function appWhoseMovesFail() {
    const calls: string[] = [];
    const api: PosApi = {
      call: (method) => {
        calls.push(method);
        return Promise.resolve(
          method === 'getState'
            ? ok(JSON.stringify(EMPTY_APP))
            : err(appError('storage-failed', 'disk full')),
        ) as never;
      },
      onPush: () => () => {},
    };
    const store = createStore(api);
    await store.actions.load();
    const errand = () => {
      const { mirror } = store.getModel();
      return mirror.state === 'ready' ? mirror.errands[ID] : undefined;
    };
    return { ...store.actions, errand, calls };
  }

  it('tells why it failed, until it is tried again', async () => {
    const app = await appWhoseMovesFail();
    expect(await app.moveAddress(ID, '10.0.0.9:8443')).toBe(false);
    expect(app.errand()).toMatchObject({ state: 'failed', error: { code: 'storage-failed' } });
    const again = app.moveAddress(ID, '10.0.0.9:8443');
    expect(app.errand()).toEqual({ state: 'moving' });
    await again;
    expect(app.errand()).toMatchObject({ state: 'failed' });
  });

  it('happens once, however often it is asked for', async () => {
    const app = await appWhoseMovesFail();
    await Promise.all([app.moveAddress(ID, '10.0.0.9:8443'), app.moveAddress(ID, '10.0.0.9:8443')]);
    expect(app.calls.filter((method) => method === 'moveAddress')).toHaveLength(1);
  });
});
