import { z } from 'zod';
import { settingsPatchSchema, settingsSchema, shownLanguageSchema } from '../settings.ts';

/** What the user chose, and the language that this comes to on this computer. */
export const preferences = { settings: settingsSchema, language: shownLanguageSchema };

export const SETTINGS_METHODS = {
  updateSettings: { request: settingsPatchSchema, value: z.object(preferences) },
} as const;

export const SETTINGS_PUSHES = [z.object({ type: z.literal('settings-changed'), ...preferences })] as const;
