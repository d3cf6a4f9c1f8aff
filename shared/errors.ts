import { z } from 'zod';

/** The stages of a pairing, in the order they run. */
export const STAGES = ['reach', 'verify', 'identify', 'send', 'check', 'store', 'prove'] as const;
export type Stage = (typeof STAGES)[number];
export const stageSchema = z.enum(STAGES);

/** What the one primary button of an error panel does. */
export type ErrorAction =
  | 'retry'
  | 'edit-address'
  | 'edit-code'
  | 'edit-pos-id'
  | 'edit-serial'
  | 'choose-root-ca'
  | 'check-connection'
  | 'pair-again'
  | 'none';

/**
 * The one error catalogue. Texts (title, what happened, what to do) live with the translations under
 * `errors.<code>`, so a code cannot be added without its words: a test compares both lists.
 */
export const ERROR_CATALOGUE = {
  // Input
  'address-empty': { action: 'edit-address' },
  'address-invalid': { action: 'edit-address' },
  'address-port-invalid': { action: 'edit-address' },
  'address-insecure': { action: 'edit-address' },
  'address-ambiguous': { action: 'edit-address' },
  'code-empty': { action: 'edit-code' },
  'code-length': { action: 'edit-code' },
  'code-characters': { action: 'edit-code' },
  'pos-id-empty': { action: 'edit-pos-id' },
  'pos-id-too-long': { action: 'edit-pos-id' },
  'pos-id-characters': { action: 'edit-pos-id' },
  'pos-id-duplicate': { action: 'edit-pos-id' },
  'serial-invalid': { action: 'edit-serial' },

  // Root CA import
  'root-ca-missing': { action: 'choose-root-ca' },
  'root-ca-unreadable': { action: 'choose-root-ca' },
  'root-ca-too-large': { action: 'choose-root-ca' },
  'root-ca-has-private-key': { action: 'choose-root-ca' },
  'root-ca-not-ca': { action: 'choose-root-ca' },
  'root-ca-no-root': { action: 'choose-root-ca' },
  'root-ca-several-roots': { action: 'choose-root-ca' },
  'root-ca-bad-signature': { action: 'choose-root-ca' },
  'root-ca-weak': { action: 'choose-root-ca' },
  'root-ca-expired': { action: 'choose-root-ca' },
  'root-ca-not-yet-valid': { action: 'choose-root-ca' },
  'root-ca-changed': { action: 'choose-root-ca' },
  'root-ca-replaced': { action: 'pair-again' },

  // Reach the device
  'device-unreachable': { action: 'retry' },
  'local-network-blocked': { action: 'retry' },
  'connection-refused': { action: 'retry' },
  'timed-out': { action: 'retry' },
  'name-not-found': { action: 'edit-address' },
  'not-tls': { action: 'edit-address' },
  'plain-http': { action: 'edit-address' },
  'tls-too-old': { action: 'none' },
  'tls-failed': { action: 'retry' },
  'connection-lost': { action: 'retry' },

  // Verify the device certificate and identity
  'device-issuer-unknown': { action: 'edit-address' },
  'device-certificate-resigned': { action: 'retry' },
  'device-not-activated': { action: 'retry' },
  'device-certificate-expired': { action: 'retry' },
  'device-certificate-not-yet-valid': { action: 'retry' },
  'device-certificate-purpose': { action: 'none' },
  'device-certificate-weak': { action: 'none' },
  'device-certificate-invalid': { action: 'none' },
  'device-identity-missing': { action: 'none' },
  'device-identity-ambiguous': { action: 'none' },
  'device-changed': { action: 'retry' },
  'device-key-changed': { action: 'pair-again' },
  'serial-mismatch': { action: 'edit-address' },
  'identity-rejected': { action: 'edit-address' },

  // Send the code
  'code-rejected': { action: 'edit-code' },
  'pos-id-in-use': { action: 'edit-pos-id' },
  'device-error': { action: 'edit-code' },
  'http-status': { action: 'retry' },
  'upgrade-refused': { action: 'retry' },
  'device-demands-certificate': { action: 'retry' },
  'no-answer': { action: 'edit-code' },
  'answer-too-large': { action: 'edit-code' },
  'answer-malformed': { action: 'edit-code' },

  // Check the credentials
  'credentials-key-missing': { action: 'edit-code' },
  'credentials-several-keys': { action: 'edit-code' },
  'credentials-key-encrypted': { action: 'edit-code' },
  'credentials-certificate-missing': { action: 'edit-code' },
  'credentials-key-mismatch': { action: 'edit-code' },
  'credentials-weak-key': { action: 'edit-code' },
  'credentials-issuer-unknown': { action: 'edit-code' },
  'credentials-expired': { action: 'edit-code' },
  'credentials-not-yet-valid': { action: 'edit-code' },
  'credentials-purpose': { action: 'edit-code' },

  // Store
  'storage-unavailable': { action: 'none' },
  'storage-locked': { action: 'retry' },
  'storage-failed': { action: 'retry' },
  'storage-undecryptable': { action: 'pair-again' },

  // Prove mTLS
  'mtls-refused': { action: 'pair-again' },
  'mtls-inconclusive': { action: 'check-connection' },
  'device-in-use': { action: 'check-connection' },
  'certificate-or-channel-refused': { action: 'check-connection' },

  // Anything else
  cancelled: { action: 'retry' },
  busy: { action: 'none' },
  'not-found': { action: 'none' },
  'invalid-request': { action: 'none' },
  internal: { action: 'retry' },
} as const satisfies Record<string, { action: ErrorAction }>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
export const ERROR_CODES = Object.keys(ERROR_CATALOGUE) as [ErrorCode, ...ErrorCode[]];

export const appErrorSchema = z.object({
  code: z.enum(ERROR_CODES),
  /** The pairing stage that failed, when the error came from a pairing or a connection check. */
  stage: stageSchema.optional(),
  /** Values for the placeholders of the translated text. */
  params: z.record(z.string(), z.string()).optional(),
  /** Technical detail for support: English, redacted, never a secret. */
  detail: z.string().max(4000),
  /** True when dates suggest that this computer's clock is wrong. */
  clockSuspect: z.boolean().optional(),
});
/** An error as data: the only form in which an error leaves the main process. */
export type AppError = z.infer<typeof appErrorSchema>;

export const appError = (
  code: ErrorCode,
  detail = '',
  more: Omit<Partial<AppError>, 'code' | 'detail'> = {},
): AppError => ({ code, detail, ...more });
