import { z } from 'zod';
import { accountSchema } from './account.ts';
import { appErrorSchema, STAGES, stageSchema } from './errors.ts';
import { deviceIdentitySchema } from './identity.ts';
import { deviceAddressSchema, TRANSPORTS } from './inputs.ts';

const isoTime = z.iso.datetime();
export const transportSchema = z.enum(TRANSPORTS);

/** What staff and support need to see of an X.509 certificate (RFC 5280). */
export const certificateSummarySchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  serialNumber: z.string(),
  validFrom: isoTime,
  validTo: isoTime,
  /** SHA-256 over the DER form, upper-case hex pairs joined by colons. */
  fingerprint256: z.string(),
  /** For example `RSA 2048` or `EC P-256`. */
  key: z.string(),
});
export type CertificateSummary = z.infer<typeof certificateSummarySchema>;

/**
 * What is odd about the credentials a device issued, though not harmful: the device issued them and the device
 * judges them. When it refuses them, the first note that fits is the named reason.
 */
export const credentialNoteSchema = z.discriminatedUnion('code', [
  /** The answer broke off behind the key and its certificate: further certificates may be missing. */
  z.object({ code: z.literal('incomplete') }),
  /** Who issued the client certificate was neither delivered nor known. */
  z.object({ code: z.literal('issuer-unknown') }),
  /** Its extended key usage leaves clientAuth out. */
  z.object({ code: z.literal('purpose') }),
  /** The signature on it is not its issuer's, or, with `digest`, was made with one that can be forged. */
  z.object({ code: z.literal('signature'), digest: z.string().optional() }),
  z.object({
    code: z.literal('not-yet-valid'),
    date: isoTime,
    /** Milliseconds by which the device's clock seems to be ahead of this computer's, at least. */
    aheadMs: z.number().nonnegative(),
  }),
  z.object({ code: z.literal('expired'), date: isoTime }),
]);
export type CredentialNote = z.infer<typeof credentialNoteSchema>;

/** `mtls`: both ends proved. `tls-only`: the device also accepted a stranger's client certificate. */
const connectionCheckSchema = z.discriminatedUnion('result', [
  z.object({
    result: z.enum(['mtls', 'tls-only']),
    at: isoTime,
    tlsVersion: z.string(),
    cipher: z.string(),
    /** Milliseconds from a request over the open connection to its answer. */
    roundTripMs: z.number(),
    /** `quiet`: a handshake with this register's certificate, without a byte of HTTP or WebSocket. */
    depth: z.enum(['full', 'quiet']).default('full'),
  }),
  /** `in-use`: another program has the device's channel. `unclear`: that, or the certificate of another pairing. */
  z.object({ result: z.enum(['in-use', 'unclear']), at: isoTime, detail: z.string() }),
  z.object({ result: z.literal('failed'), at: isoTime, error: appErrorSchema }),
]);
export type ConnectionCheck = z.infer<typeof connectionCheckSchema>;

/** Whether the payment app on the device answered when it was asked for its state (`StatusRequest`). */
const readinessSchema = z.object({
  /** `error-response`: alive, but with an objection. `silent`: also when no channel could be opened. */
  result: z.enum(['answered', 'error-response', 'silent']),
  at: isoTime,
  /** What the device said. */
  message: z.string().max(300).optional(),
});
export type Readiness = z.infer<typeof readinessSchema>;

/** How things were when the connection last worked, so that it can be said what has changed since. */
const circumstancesSchema = z.object({
  at: isoTime,
  address: deviceAddressSchema,
  /** The network of this computer that the device is in, else its first one. */
  network: z
    .object({ cidr: z.string(), kind: z.enum(['cable', 'wireless', 'virtual', 'unknown']) })
    .nullable(),
  /** Fingerprint of the device's certificate. */
  certificate256: z.string(),
  /** Of this app. */
  version: z.string(),
  /** Operating system with its release. */
  system: z.string(),
});
export type Circumstances = z.infer<typeof circumstancesSchema>;

/** Everything about one pairing except its secrets; this is what the renderer gets. */
export const pairingRecordSchema = z.object({
  id: z.uuid(),
  posId: z.string(),
  /** A friendly name such as "Register 2 – bar", or ''. */
  name: z.string(),
  /** Whether one mTLS WebSocket channel is kept open to watch the device. */
  watchLive: z.boolean(),
  address: deviceAddressSchema,
  transport: transportSchema,
  identity: deviceIdentitySchema,
  pairedAt: isoTime,
  /** False while the stored credentials still wait for their first proved connection. */
  proved: z.boolean(),
  /** What the last full proof showed; null before the first one. */
  protection: z.enum(['mtls', 'tls-only']).nullable().default(null),
  deviceCertificate: certificateSummarySchema,
  clientCertificate: certificateSummarySchema,
  /** The top of what is known above the client certificate: the Root CA, one delivered with it, or itself. */
  clientIssuer: certificateSummarySchema,
  credentialNotes: z.array(credentialNoteSchema).default([]),
  /** Fingerprint of the Root CA the device was verified against. */
  trustAnchorFingerprint256: z.string(),
  lastCheck: connectionCheckSchema.nullable(),
  /** Left out as long as the device was not asked. */
  readiness: readinessSchema.optional(),
  /** Left out as long as no check succeeded. */
  lastSuccess: circumstancesSchema.optional(),
  /** Whose key store has sealed the keys. Left out where an older version did, until they are opened again. */
  account: accountSchema.optional(),
});
export type PairingRecord = z.infer<typeof pairingRecordSchema>;

/** What people call a pairing: its friendly name, or its POS ID without one. */
export const nameOf = ({ name, posId }: Pick<PairingRecord, 'name' | 'posId'>): string => name || posId;

const STAGE_STATES = ['waiting', 'running', 'needs-you', 'done', 'failed'] as const;
export type StageState = (typeof STAGE_STATES)[number];

const stageProgressSchema = z.object({
  stage: stageSchema,
  state: z.enum(STAGE_STATES),
  /** Milliseconds the stage took, once it has ended. */
  durationMs: z.number().optional(),
});
export type StageProgress = z.infer<typeof stageProgressSchema>;

/** The whole picture of one pairing attempt, sent at each change, so nothing has to be pieced together. */
export const pairingProgressSchema = z.object({
  attemptId: z.uuid(),
  stages: z.array(stageProgressSchema).length(STAGES.length),
  /** Set while the user is asked whether this is the device in front of them. */
  identityQuestion: z
    .object({ identity: deviceIdentitySchema, certificate: certificateSummarySchema })
    .optional(),
  /** The latest `OperationStatusResponse` text of the device. */
  deviceMessage: z.string().optional(),
  /** Set while stage `prove` waits for somebody to tap Connect Device on the device; its state is `needs-you` then. */
  waiting: z.object({ since: isoTime, until: isoTime, error: appErrorSchema.optional() }).optional(),
  outcome: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('paired'), pairing: pairingRecordSchema }),
      /** Paired, but not proved yet: the user finishes later, or has been waited for long enough. */
      z.object({ kind: z.literal('waiting'), pairing: pairingRecordSchema }),
      z.object({
        kind: z.literal('failed'),
        error: appErrorSchema,
        /** True when the new credentials are kept and only the proof is missing. */
        credentialsKept: z.boolean(),
      }),
    ])
    .optional(),
});
export type PairingProgress = z.infer<typeof pairingProgressSchema>;

const documentNoticeSchema = z.object({
  id: z.string(),
  /**
   * `unreadable`: could not be read at all this time, and was left where it is. `foreign`: its folder is a link to
   * another place, where the app touches nothing.
   */
  kind: z.enum(['damaged', 'newer-version', 'unreadable', 'foreign']),
  what: z.enum(['pairing', 'trust-anchor', 'settings', 'history', 'manager-pin', 'bridge']),
  /** Where it is now, in the app's data folder: for a damaged document the name it was set aside under. */
  file: z.string(),
});
export type DocumentNotice = z.infer<typeof documentNoticeSchema>;

/** Something about stored data that the user must be told. */
export const storageNoticeSchema = z.union([
  documentNoticeSchema,
  z.object({
    id: z.string(),
    kind: z.literal('unwritable'),
    what: z.literal('data-folder'),
    /** The folder in which nothing can be saved. */
    file: z.string(),
  }),
]);
export type StorageNotice = z.infer<typeof storageNoticeSchema>;
