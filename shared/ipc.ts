import { z } from 'zod';
import { scanProgressSchema, scanRangeSchema } from './discovery.ts';
import { appErrorSchema } from './errors.ts';
import { HISTORY_KINDS, historyEntrySchema } from './history.ts';
import { deviceAddressSchema } from './inputs.ts';
import {
  certificateSummarySchema,
  pairingProgressSchema,
  pairingRecordSchema,
  storageNoticeSchema,
  transportSchema,
} from './pairing.ts';
import type { Result } from './result.ts';
import { settingsPatchSchema, settingsSchema, shownLanguageSchema } from './settings.ts';
import { pairingStatusSchema } from './status.ts';

/** Largest certificate file that is read, in bytes. */
export const CERTIFICATE_FILE_LIMIT = 256 * 1024;

const text = z.string().max(4096);

export const trustAnchorSchema = z.object({
  root: certificateSummarySchema,
  /** CA certificates that came with the root and help to build chains. */
  intermediates: z.array(certificateSummarySchema),
  trustedAt: z.iso.datetime(),
});
export type TrustAnchor = z.infer<typeof trustAnchorSchema>;

export const trustAnchorPreviewSchema = z.object({
  root: certificateSummarySchema,
  intermediates: z.array(certificateSummarySchema),
  /** The Root CA that is trusted now, if any. */
  replaces: certificateSummarySchema.nullable(),
  /** Pairings made under the Root CA that would be replaced. */
  affectedPairingIds: z.array(z.uuid()),
});
export type TrustAnchorPreview = z.infer<typeof trustAnchorPreviewSchema>;

/** What the user chose, and the language that this comes to on this computer. */
const preferences = { settings: settingsSchema, language: shownLanguageSchema };

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
  trustAnchor: trustAnchorSchema.nullable(),
  pairings: z.array(pairingRecordSchema),
  /** Why secrets cannot be stored on this computer, or null when they can. */
  storageProblem: appErrorSchema.nullable(),
  notices: z.array(storageNoticeSchema),
  /** By pairing id; what is missing has not been checked yet. */
  statuses: z.record(z.string(), pairingStatusSchema),
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

/** Raw texts as typed: the main process runs the same validators (shared/inputs.ts) again. */
export const pairingRequestSchema = z.object({
  address: text,
  transport: transportSchema,
  code: text,
  posId: text,
  /** Serial number typed beforehand, or '' to confirm the one the device shows. */
  serial: text,
  /** The pairing whose credentials are to be replaced, or null for a new one. */
  replaces: z.uuid().nullable(),
  /** With `replaces`: the user confirmed that another device takes the old one's place. */
  allowSwap: z.boolean(),
});
export type PairingRequest = z.infer<typeof pairingRequestSchema>;

/** The one IPC contract: each method's request and the value of its {@link Result}. */
export const METHODS = {
  getState: { request: z.null(), value: appStateSchema },
  /** Reads a Root CA file (PEM, DER or the vendor's REST answer) without trusting it. */
  previewTrustAnchor: {
    request: z.object({ bytes: z.instanceof(Uint8Array) }),
    value: trustAnchorPreviewSchema,
  },
  /** Trusts the certificate previewed last; `fingerprint256` is the one the user saw. */
  trustPreviewed: {
    request: z.object({ fingerprint256: z.string().max(200), replaceConfirmed: z.boolean() }),
    value: trustAnchorSchema,
  },
  startPairing: { request: pairingRequestSchema, value: z.object({ attemptId: z.uuid() }) },
  answerIdentity: { request: z.object({ attemptId: z.uuid(), accepted: z.boolean() }), value: z.null() },
  cancelPairing: { request: z.object({ attemptId: z.uuid() }), value: z.null() },
  /** Opens, proves mTLS, closes; the value carries the outcome, also when the check failed. */
  checkConnection: { request: z.object({ pairingId: z.uuid() }), value: pairingRecordSchema },
  renamePairing: { request: z.object({ pairingId: z.uuid(), name: text }), value: pairingRecordSchema },
  /** Erases a pairing with its secrets from this computer; the device is not told. */
  removePairing: { request: z.object({ pairingId: z.uuid() }), value: z.null() },
  setWatchLive: { request: z.object({ pairingId: z.uuid(), on: z.boolean() }), value: pairingRecordSchema },
  /** Changes where a paired device is looked for; its identity stays pinned. */
  moveAddress: { request: z.object({ pairingId: z.uuid(), address: text }), value: pairingRecordSchema },
  /** Looks for a paired device on the local subnets now; null when it is not found at another address. */
  findMoved: {
    request: z.object({ pairingId: z.uuid() }),
    value: z.object({ movedTo: deviceAddressSchema.nullable() }),
  },
  /** What a search would cover, to be shown before it starts. */
  planScan: { request: z.null(), value: z.object({ ranges: z.array(scanRangeSchema) }) },
  startScan: {
    request: z.object({ port: text, cidrs: z.array(z.string().max(18)).min(1).max(16) }),
    value: z.object({ scanId: z.uuid() }),
  },
  cancelScan: { request: z.object({ scanId: z.uuid() }), value: z.null() },
  updateSettings: { request: settingsPatchSchema, value: z.object(preferences) },
  /** Newest first. `pairingId` narrows it to one pairing, `text` to entries that contain it. */
  readHistory: {
    request: z.object({
      text: z.string().max(200),
      kinds: z.array(z.enum(HISTORY_KINDS)),
      pairingId: z.uuid().nullable(),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
    }),
    value: z.object({
      entries: z.array(historyEntrySchema),
      total: z.number().int(),
      /** Why the newest entries could not be saved, or null. */
      problem: appErrorSchema.nullable(),
    }),
  },
  /** Asks where to save the whole history; false when the user thought better of it. */
  exportHistory: {
    request: z.object({ format: z.enum(['csv', 'json']) }),
    value: z.object({ saved: z.boolean() }),
  },
  /** What ships with the app: name, version, licence and its text. */
  getLicences: { request: z.null(), value: z.object({ licences: z.array(licenceSchema) }) },
  dismissNotice: { request: z.object({ id: z.string().max(200) }), value: z.null() },
  copyText: { request: z.object({ text: z.string().max(20000) }), value: z.null() },
} as const satisfies Record<string, { request: z.ZodType; value: z.ZodType }>;

export type Method = keyof typeof METHODS;
export type MethodRequest<M extends Method> = z.infer<(typeof METHODS)[M]['request']>;
export type MethodValue<M extends Method> = z.infer<(typeof METHODS)[M]['value']>;

/** What the main process tells the renderer without being asked. */
export const pushSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pairing-progress'), progress: pairingProgressSchema }),
  z.object({ type: z.literal('pairing-changed'), pairing: pairingRecordSchema }),
  z.object({ type: z.literal('pairing-removed'), pairingId: z.uuid() }),
  z.object({ type: z.literal('status-changed'), pairingId: z.uuid(), status: pairingStatusSchema }),
  z.object({ type: z.literal('scan-progress'), progress: scanProgressSchema }),
  z.object({ type: z.literal('settings-changed'), ...preferences }),
  z.object({ type: z.literal('history-changed') }),
  /** The menu, the tray or a notification asks for a screen. */
  z.object({
    type: z.literal('show'),
    what: z.enum(['about', 'shortcuts', 'settings', 'find-devices', 'new-pairing']),
  }),
  z.object({ type: z.literal('show-pairing'), pairingId: z.uuid() }),
  z.object({ type: z.literal('trust-anchor-changed'), trustAnchor: trustAnchorSchema }),
  z.object({ type: z.literal('notices-changed'), notices: z.array(storageNoticeSchema) }),
]);
export type Push = z.infer<typeof pushSchema>;

/** What the preload script puts on `window.pos`. */
export interface PosApi {
  call<M extends Method>(method: M, request: MethodRequest<M>): Promise<Result<MethodValue<M>>>;
  /** Returns the function that ends the subscription. */
  onPush(listener: (push: Push) => void): () => void;
}
