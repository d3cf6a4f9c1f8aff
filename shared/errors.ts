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
 *
 * `number` is what staff tell support on the phone. It belongs to its code for ever: a code that goes leaves a gap, and
 * its number is not given to another one. The first digit is that of the group.
 */
export const ERROR_CATALOGUE = {
  // Input
  'address-empty': { number: 101, action: 'edit-address' },
  'address-invalid': { number: 102, action: 'edit-address' },
  'address-port-invalid': { number: 103, action: 'edit-address' },
  'address-insecure': { number: 104, action: 'edit-address' },
  'address-ambiguous': { number: 105, action: 'edit-address' },
  'code-empty': { number: 106, action: 'edit-code' },
  'code-length': { number: 107, action: 'edit-code' },
  'code-characters': { number: 108, action: 'edit-code' },
  'pos-id-empty': { number: 109, action: 'edit-pos-id' },
  'pos-id-too-long': { number: 110, action: 'edit-pos-id' },
  'pos-id-characters': { number: 111, action: 'edit-pos-id' },
  'pos-id-duplicate': { number: 112, action: 'edit-pos-id' },
  'serial-invalid': { number: 113, action: 'edit-serial' },
  'manager-needed': { number: 121, action: 'retry' },
  'pin-wrong': { number: 122, action: 'none' },
  'pin-locked': { number: 123, action: 'none' },
  'pin-invalid': { number: 124, action: 'none' },
  'pin-not-set': { number: 125, action: 'none' },
  'pin-already-set': { number: 126, action: 'none' },
  'export-password-short': { number: 141, action: 'none' },
  'export-format-unsuitable': { number: 142, action: 'none' },
  'export-password-characters': { number: 143, action: 'none' },
  'bridge-port-invalid': { number: 131, action: 'none' },
  'bridge-origin-invalid': { number: 132, action: 'none' },
  'bridge-limit-invalid': { number: 133, action: 'none' },
  'managed-setting': { number: 171, action: 'none' },
  'export-not-allowed': { number: 172, action: 'none' },
  'policy-invalid': { number: 173, action: 'none' },
  'policy-unsafe': { number: 174, action: 'none' },
  'policy-unreadable': { number: 175, action: 'none' },
  'update-feed-unreachable': { number: 181, action: 'retry' },
  'update-signature-invalid': { number: 182, action: 'none' },
  'update-feed-invalid': { number: 183, action: 'none' },
  'update-older': { number: 184, action: 'none' },
  'update-interrupted': { number: 185, action: 'retry' },
  'update-damaged': { number: 186, action: 'retry' },
  'update-busy': { number: 187, action: 'none' },
  'update-not-installed': { number: 188, action: 'retry' },

  // Root CA import
  'root-ca-missing': { number: 201, action: 'choose-root-ca' },
  'root-ca-unreadable': { number: 202, action: 'choose-root-ca' },
  'root-ca-too-large': { number: 203, action: 'choose-root-ca' },
  'root-ca-has-private-key': { number: 204, action: 'choose-root-ca' },
  'root-ca-not-ca': { number: 205, action: 'choose-root-ca' },
  'root-ca-no-root': { number: 206, action: 'choose-root-ca' },
  'root-ca-bad-signature': { number: 208, action: 'choose-root-ca' },
  'root-ca-weak': { number: 209, action: 'choose-root-ca' },
  'root-ca-expired': { number: 210, action: 'choose-root-ca' },
  'root-ca-not-yet-valid': { number: 211, action: 'choose-root-ca' },
  'root-ca-changed': { number: 212, action: 'choose-root-ca' },
  'root-ca-replaced': { number: 213, action: 'pair-again' },
  'root-ca-limit': { number: 214, action: 'choose-root-ca' },

  // Reach the device
  'device-unreachable': { number: 301, action: 'retry' },
  'local-network-blocked': { number: 309, action: 'retry' },
  'connection-refused': { number: 302, action: 'retry' },
  'timed-out': { number: 303, action: 'retry' },
  'name-not-found': { number: 304, action: 'edit-address' },
  'not-tls': { number: 305, action: 'edit-address' },
  'plain-http': { number: 310, action: 'edit-address' },
  'tls-too-old': { number: 306, action: 'none' },
  'tls-failed': { number: 307, action: 'retry' },
  'connection-lost': { number: 308, action: 'retry' },

  // Verify the device certificate and identity
  'device-issuer-unknown': { number: 401, action: 'edit-address' },
  'device-certificate-resigned': { number: 410, action: 'retry' },
  'device-not-activated': { number: 411, action: 'retry' },
  'device-certificate-expired': { number: 402, action: 'retry' },
  'device-certificate-not-yet-valid': { number: 403, action: 'retry' },
  'device-certificate-purpose': { number: 404, action: 'none' },
  'device-certificate-weak': { number: 412, action: 'none' },
  'device-certificate-invalid': { number: 405, action: 'none' },
  'device-identity-missing': { number: 406, action: 'none' },
  'device-identity-ambiguous': { number: 413, action: 'none' },
  'device-changed': { number: 407, action: 'retry' },
  'device-key-changed': { number: 414, action: 'pair-again' },
  'device-other-root-ca': { number: 415, action: 'retry' },
  'serial-mismatch': { number: 408, action: 'edit-address' },
  'identity-rejected': { number: 409, action: 'edit-address' },

  // Send the code
  'code-rejected': { number: 501, action: 'edit-code' },
  'pos-id-in-use': { number: 502, action: 'edit-pos-id' },
  'device-error': { number: 503, action: 'edit-code' },
  'http-status': { number: 504, action: 'retry' },
  'upgrade-refused': { number: 508, action: 'retry' },
  'device-demands-certificate': { number: 509, action: 'retry' },
  'no-answer': { number: 505, action: 'edit-code' },
  'answer-too-large': { number: 506, action: 'edit-code' },
  'answer-malformed': { number: 507, action: 'edit-code' },

  // Check the credentials
  'credentials-key-missing': { number: 601, action: 'edit-code' },
  'credentials-several-keys': { number: 602, action: 'edit-code' },
  'credentials-key-encrypted': { number: 610, action: 'edit-code' },
  'credentials-certificate-missing': { number: 603, action: 'edit-code' },
  'credentials-key-mismatch': { number: 604, action: 'edit-code' },
  'credentials-weak-key': { number: 605, action: 'edit-code' },
  'credentials-issuer-unknown': { number: 606, action: 'edit-code' },
  'credentials-expired': { number: 607, action: 'edit-code' },
  'credentials-not-yet-valid': { number: 608, action: 'edit-code' },
  'credentials-purpose': { number: 609, action: 'edit-code' },

  // Store
  'storage-unavailable': { number: 701, action: 'none' },
  'storage-locked': { number: 704, action: 'retry' },
  'storage-failed': { number: 702, action: 'retry' },
  'storage-undecryptable': { number: 703, action: 'pair-again' },
  'keys-of-other-account': { number: 711, action: 'pair-again' },
  'keys-of-other-computer': { number: 712, action: 'pair-again' },
  'keys-lost': { number: 713, action: 'pair-again' },
  'pin-unreadable': { number: 721, action: 'none' },
  'export-folder-exists': { number: 741, action: 'retry' },
  'export-folder-denied': { number: 742, action: 'retry' },
  'export-folder-open': { number: 743, action: 'retry' },
  'export-disk-full': { number: 744, action: 'retry' },

  // Prove mTLS
  'mtls-refused': { number: 801, action: 'pair-again' },
  'mtls-inconclusive': { number: 802, action: 'check-connection' },
  'device-in-use': { number: 803, action: 'check-connection' },
  'certificate-or-channel-refused': { number: 804, action: 'check-connection' },

  // Anything else
  cancelled: { number: 901, action: 'retry' },
  busy: { number: 902, action: 'none' },
  'not-found': { number: 903, action: 'none' },
  'invalid-request': { number: 904, action: 'none' },
  internal: { number: 905, action: 'retry' },

  // The bridge to the till
  'bridge-port-in-use': { number: 931, action: 'none' },
  'bridge-cannot-listen': { number: 932, action: 'none' },
  'bridge-paused': { number: 933, action: 'none' },
  'bridge-till-connected': { number: 934, action: 'none' },
  'autostart-failed': { number: 935, action: 'none' },
} as const satisfies Record<string, { number: number; action: ErrorAction }>;

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
