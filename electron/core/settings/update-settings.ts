import { isDeepStrictEqual } from 'node:util';
import { patched, type Settings, type SettingsPatch } from '../../../shared/settings.ts';
import type { Authorize } from '../access/manager-access.ts';
import type { SettingsStore } from './settings-store.ts';

/**
 * Changes settings. The language is everybody's own, since who cannot read this one cannot ask for another. Throws
 * {@link Failure} `manager-needed`, and what {@link SettingsStore.update} does.
 */
export function updateSettings(
  { authorize, settings }: { readonly authorize: Authorize; readonly settings: SettingsStore },
  patch: SettingsPatch,
): Settings {
  settings.requireOpen(patch);
  const before = settings.get();
  const { language } = patch;
  const freely = patched(before, { language });
  if (!isDeepStrictEqual(patched(before, patch), freely)) authorize();
  return settings.update(patch);
}
