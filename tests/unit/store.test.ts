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
        : Promise.resolve(ok({ ...EMPTY_APP, settings: saved }))) as ReturnType<PosApi['call']> as never,
    onPush: (listener) => {
      tell = listener;
      return () => {};
    },
  };
  const store = createStore(api);
  await store.actions.load();
  return {
    ...store.actions,
    shown: () => store.getModel().app?.settings,
    answer: (works: boolean) => answers.shift()?.(works),
    tell: (push: Push) => tell(push),
    saved: () => saved,
  };
}

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
