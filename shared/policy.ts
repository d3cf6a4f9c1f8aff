import { z } from 'zod';
import { appErrorSchema } from './errors.ts';
import { settingsSchema } from './settings.ts';

const SETTINGS = settingsSchema.keyof().options;
/** What an organisation can lock: settings by their names, and adding and removing Root CAs. */
export const LOCKABLE = [...SETTINGS, 'rootCas'] as const;
export type Lockable = (typeof LOCKABLE)[number];

/** The policy as the page needs it: no hash and no certificate. */
export const policyViewSchema = z.object({
  /** `none`: every setting is the user's own. `last-good`: the newest one is not used, see `problem`. */
  state: z.enum(['none', 'current', 'last-good']),
  /** Path of the file, or name of the registry key or profile; null where nothing was found. */
  place: z.string().nullable(),
  /** Why the policy that was found is not used. */
  problem: appErrorSchema.nullable(),
  locked: z.array(z.enum(LOCKABLE)),
  /** The manager PIN is the organisation's: nobody changes it here. */
  managesPin: z.boolean(),
  /** Whether the app starts with the computer is the organisation's. */
  managesAutostart: z.boolean(),
  allowsExport: z.boolean(),
  /** The address the pairing form begins with, or ''. */
  address: z.string(),
  /** The port of an address that is typed without one. */
  port: z.number().int().min(1).max(65535),
});
export type PolicyView = Readonly<z.infer<typeof policyViewSchema>>;
