import { ERROR_CATALOGUE, type ErrorCode } from '../../shared/errors.ts';

/** How a command ends, for scripts. A number keeps its meaning for ever. */
export const EXITS = {
  ok: { code: 0, when: 'Done.' },
  failed: { code: 1, when: 'Anything else went wrong.' },
  usage: { code: 2, when: 'The command line or what was entered cannot be used.' },
  unreachable: { code: 3, when: 'The device, or the service asked, was not reached.' },
  untrusted: {
    code: 4,
    when: 'Somebody else answered, or nobody who is trusted; or no Root CA is trusted yet.',
  },
  refused: { code: 5, when: 'The device or the service refused, or its answer is of no use.' },
  storage: { code: 6, when: 'Something cannot be stored or read, or this computer has no key store.' },
  waiting: { code: 7, when: 'Paired; somebody has to tap Connect Device on the device.' },
  manager: { code: 8, when: 'The manager PIN is needed, was wrong, or is locked.' },
  missing: { code: 9, when: 'There is no such pairing.' },
  busy: { code: 10, when: 'Something else has the device, the port or the app now; try again later.' },
  interrupted: { code: 130, when: 'Ended by a signal or by the app that did the work.' },
} as const satisfies Record<string, { code: number; when: string }>;
export type Exit = keyof typeof EXITS;

/** By the group of an error's number (shared/errors.ts). */
const EXIT_OF_GROUP: Readonly<Record<number, Exit>> = {
  1: 'usage',
  2: 'usage',
  3: 'unreachable',
  4: 'untrusted',
  5: 'refused',
  6: 'refused',
  7: 'storage',
  8: 'refused',
  9: 'failed',
};

const EXCEPTIONS: Partial<Record<ErrorCode, Exit>> = {
  'manager-needed': 'manager',
  'pin-wrong': 'manager',
  'pin-locked': 'manager',
  'pin-unreadable': 'manager',
  'managed-setting': 'refused',
  'export-not-allowed': 'refused',
  'root-ca-missing': 'untrusted',
  'root-ca-replaced': 'untrusted',
  'root-ca-changed': 'untrusted',
  'root-ca-bad-signature': 'untrusted',
  'root-ca-weak': 'untrusted',
  'root-ca-expired': 'untrusted',
  'root-ca-not-yet-valid': 'untrusted',
  'mtls-inconclusive': 'unreachable',
  'device-in-use': 'busy',
  'certificate-or-channel-refused': 'busy',
  cancelled: 'interrupted',
  busy: 'busy',
  'not-found': 'missing',
  'invalid-request': 'usage',
  'bridge-port-in-use': 'busy',
  'bridge-cannot-listen': 'busy',
  'bridge-paused': 'busy',
  'bridge-till-connected': 'busy',
};

/** How a command ends with this error of the catalogue. */
export const exitOf = (code: ErrorCode): Exit =>
  EXCEPTIONS[code] ?? EXIT_OF_GROUP[Math.floor(ERROR_CATALOGUE[code].number / 100)] ?? 'failed';

/** Errors that only a command line has. */
export const CLI_ERRORS = {
  usage: 'usage',
  'ambiguous-pairing': 'usage',
  'file-unreadable': 'usage',
  'no-such-pairing': 'missing',
  interrupted: 'interrupted',
  'fingerprint-mismatch': 'untrusted',
  'service-unreachable': 'unreachable',
  'service-untrusted': 'untrusted',
  'service-refused': 'refused',
  'service-answer': 'refused',
  'app-unreachable': 'busy',
  'app-ended': 'interrupted',
} as const satisfies Record<string, Exit>;
export type CliErrorCode = keyof typeof CLI_ERRORS;

/** Thrown for what is no error of the catalogue. The message is English, and never holds a secret. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  constructor(code: CliErrorCode, message: string) {
    super(message);
    this.name = 'CliError';
    this.code = code;
  }
}

export const usageError = (message: string): CliError => new CliError('usage', message);
