import { z } from 'zod';

export const LANGUAGES = ['en', 'es', 'fr', 'de', 'pt-BR', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

/** English in disguise, for layout tests (pseudo-locale.ts). Nobody can choose it. */
export const PSEUDO_LANGUAGE = 'en-XA';
export const shownLanguageSchema = z.enum([...LANGUAGES, PSEUDO_LANGUAGE]);
export type ShownLanguage = z.infer<typeof shownLanguageSchema>;

export const CHECK_INTERVAL_MINUTES = { least: 5, most: 240 } as const;

/** What the user can choose about the app. Nothing here is secret. */
export const settingsSchema = z.object({
  language: z.enum(['system', ...LANGUAGES]),
  /** Follow a device that moved to another address of a local subnet, once it proved its identity. */
  followAddressChanges: z.boolean(),
  /** Native notifications when a pairing needs attention. */
  notifications: z.boolean(),
  /** An entry in the tray or menu bar with the overall state. */
  tray: z.boolean(),
  checkIntervalMinutes: z.number().int().min(CHECK_INTERVAL_MINUTES.least).max(CHECK_INTERVAL_MINUTES.most),
});
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

export const settingsPatchSchema = settingsSchema.partial();
export type SettingsPatch = Readonly<z.infer<typeof settingsPatchSchema>>;

/** The settings with what the patch gives. */
export const patched = (settings: Settings, patch: SettingsPatch): Settings => ({
  language: patch.language ?? settings.language,
  followAddressChanges: patch.followAddressChanges ?? settings.followAddressChanges,
  notifications: patch.notifications ?? settings.notifications,
  tray: patch.tray ?? settings.tray,
  checkIntervalMinutes: patch.checkIntervalMinutes ?? settings.checkIntervalMinutes,
});

export const DEFAULT_SETTINGS: Settings = {
  language: 'system',
  followAddressChanges: true,
  notifications: true,
  tray: false,
  checkIntervalMinutes: 15,
};
