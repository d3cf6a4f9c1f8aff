import { z } from 'zod';
import { accountViewSchema } from '../account.ts';
import { bridgeViewSchema } from '../bridge.ts';
import { appErrorSchema } from '../errors.ts';
import { managerStateSchema } from '../manager.ts';
import { pairingRecordSchema, storageNoticeSchema } from '../pairing.ts';
import { policyViewSchema } from '../policy.ts';
import { trustedRootCaSchema } from '../root-ca.ts';
import { pairingStatusSchema } from '../status.ts';
import { updatesViewSchema } from '../updates.ts';
import { preferences } from './settings.ts';

/** What the main process knows, as the page needs it. */
export const appStateSchema = z.object({
  version: z.string(),
  /** What the app runs on. */
  runtime: z.object({
    electron: z.string(),
    chromium: z.string(),
    node: z.string(),
    /** Operating system with its version, and processor. */
    system: z.string(),
  }),
  /** In the order they were trusted. */
  rootCas: z.array(trustedRootCaSchema),
  pairings: z.array(pairingRecordSchema),
  /** Why secrets cannot be stored on this computer, or null when they can, or before the first screen. */
  storageProblem: appErrorSchema.nullable(),
  /** The account the app runs under; before the first screen without what threatens its keys. */
  account: accountViewSchema,
  notices: z.array(storageNoticeSchema),
  /** By pairing id; what is missing has not been checked yet. */
  statuses: z.record(z.string(), pairingStatusSchema),
  manager: managerStateSchema,
  /** By pairing id; what is missing has none. */
  bridges: z.record(z.string(), bridgeViewSchema),
  policy: policyViewSchema,
  /** Null where the app does not update itself. */
  updates: updatesViewSchema.nullable(),
  ...preferences,
  suggestedPosId: z.string(),
  /** Values the demo offers, or null outside the demo. */
  offered: z.object({ address: z.string(), rootCaPem: z.string() }).nullable(),
});
export type AppState = z.infer<typeof appStateSchema>;

export const licenceSchema = z.object({
  name: z.string(),
  version: z.string(),
  /** SPDX identifier. */
  licence: z.string(),
  text: z.string(),
});
export type Licence = z.infer<typeof licenceSchema>;

/** The app as a whole: what it knows, what ships with it, and what it is told about itself. */
export const APP_METHODS = {
  /**
   * {@link AppState} as JSON: a text is handed on as a whole, while an object is copied member by member on its way
   * into the page, which takes longer with a thousand pairings than all else at a start.
   */
  getState: { request: z.null(), value: z.string() },
  /**
   * The first screen is there: what could wait for it may begin, such as the first checks, and the questions to the key
   * store and the system whose answers the first state leaves open.
   */
  pageShown: {
    request: z.null(),
    value: z.object({ storageProblem: appErrorSchema.nullable(), account: accountViewSchema }),
  },
  /** What ships with the app: name, version, licence and its text. */
  getLicences: { request: z.null(), value: z.object({ licences: z.array(licenceSchema) }) },
  dismissNotice: { request: z.object({ id: z.string().max(200) }), value: z.null() },
  copyText: { request: z.object({ text: z.string().max(20000) }), value: z.null() },
} as const;

export const APP_PUSHES = [
  /** The menu, the tray or a notification asks for a screen. */
  z.object({
    type: z.literal('show'),
    what: z.enum(['about', 'shortcuts', 'settings', 'find-devices', 'new-pairing', 'support-report']),
  }),
  z.object({ type: z.literal('show-pairing'), pairingId: z.uuid() }),
  z.object({ type: z.literal('notices-changed'), notices: z.array(storageNoticeSchema) }),
] as const;
