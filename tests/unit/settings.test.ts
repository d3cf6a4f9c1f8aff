import { describe, expect, it, vi } from 'vitest';
import { Failure } from '../../electron/core/failure.ts';
import { SettingsStore } from '../../electron/core/settings/settings-store.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { DEFAULT_SETTINGS, settingsPatchSchema } from '../../shared/settings.ts';
import { MemoryDocuments } from '../support/vault.ts';

function storeWith(text?: string) {
  const documents = new MemoryDocuments();
  if (text !== undefined) documents.files.set('settings', text);
  const notices = new StorageNotices();
  return {
    documents,
    notices,
    store: new SettingsStore(documents, notices),
    reopen: () => new SettingsStore(documents),
  };
}

describe('SettingsStore', () => {
  it('starts with the defaults, and writes nothing for that', () => {
    const { documents, store } = storeWith();
    expect(store.get()).toEqual(DEFAULT_SETTINGS);
    expect(documents.files.size).toBe(0);
  });

  it('keeps a change over a restart', () => {
    const { store, reopen } = storeWith();
    expect(store.update({ language: 'ja', tray: true })).toMatchObject({ language: 'ja', tray: true });
    store.update({ checkIntervalMinutes: 240 });
    expect(reopen().get()).toEqual({
      ...DEFAULT_SETTINGS,
      language: 'ja',
      tray: true,
      checkIntervalMinutes: 240,
    });
  });

  it('tells its listeners what changed, until they leave, and only when something did', () => {
    const { documents, store } = storeWith();
    const listener = vi.fn();
    store.onChange(listener);
    store.update({ notifications: false });
    store.update({ notifications: false, tray: undefined });
    expect(listener).toHaveBeenCalledTimes(1);
    expect(documents.written).toHaveLength(1);
  });

  it('refuses values that are out of range', () => {
    const { store } = storeWith();
    for (const checkIntervalMinutes of [0, 4, 241, 7.5, Number.NaN]) {
      expect(settingsPatchSchema.safeParse({ checkIntervalMinutes }).success).toBe(false);
      expect(() => store.update({ checkIntervalMinutes })).toThrow();
    }
    expect(settingsPatchSchema.safeParse({ language: 'xx' }).success).toBe(false);
    expect(store.get()).toEqual(DEFAULT_SETTINGS);
  });

  it.each(['{"version":1,', '{"version":1,"language":"tlh"}', '[]', '{}'])(
    'sets %s aside and goes on with the defaults',
    (text) => {
      const { documents, store, notices, reopen } = storeWith(text);
      expect(store.get()).toEqual(DEFAULT_SETTINGS);
      expect(documents.files.get('settings.damaged')).toBe(text);
      expect(documents.files.has('settings')).toBe(false);
      expect(notices.all).toMatchObject([{ what: 'settings', kind: 'damaged', file: 'settings.damaged' }]);
      store.update({ tray: true });
      expect(reopen().get().tray).toBe(true);
    },
  );

  it('never overwrites what could not be read this time', () => {
    const { documents, reopen } = storeWith('{"version":1,"language":"de"}');
    documents.unreadable.add('settings');
    const store = reopen();
    expect(store.get()).toEqual(DEFAULT_SETTINGS);
    expect(() => store.update({ tray: true })).toThrow('storage-failed');
    documents.unreadable.clear();
    expect(reopen().get().language).toBe('de');
  });

  it('gives settings that are newer than the document their defaults, and drops what it does not know', () => {
    const { documents, store } = storeWith('{"version":1,"language":"de","colour":"red"}');
    expect(store.get()).toEqual({ ...DEFAULT_SETTINGS, language: 'de' });
    store.update({ tray: true });
    expect(documents.files.get('settings')).not.toContain('colour');
  });

  it('changes nothing, and says so, when the disk is full', () => {
    const { documents, store } = storeWith();
    const listener = vi.fn();
    store.onChange(listener);
    documents.failWrites = true;
    expect(() => store.update({ tray: true })).toThrow(Failure);
    expect(store.get()).toEqual(DEFAULT_SETTINGS);
    expect(listener).not.toHaveBeenCalled();
  });
});
