import { z } from 'zod';
import type { ManagerPin } from './brands.ts';
import { appError } from './errors.ts';
import { err, ok, type Result } from './result.ts';

export const PIN_LENGTH = { least: 6, most: 12 } as const;
/** How often a wrong PIN may be entered before one must wait. */
export const PIN_TRIES = 5;

const SHAPE = new RegExp(`^[0-9]{${PIN_LENGTH.least},${PIN_LENGTH.most}}$`);
/** From each digit to the next: the same one, one up, or one down; after 9 comes 0. */
const GUESSED_STEPS = [0, 1, 9];

/** The digits of a PIN as typed or pasted: full-width ones become plain ones, blanks and dashes are dropped. */
export const normalizePin = (text: string): string =>
  text.normalize('NFKC').replace(/[\s\p{Pd}\p{Cf}]/gu, '');

/** Whether this could be a PIN at all, such as one to unlock with: 6 to 12 digits. */
export const hasPinShape = (text: string): boolean => SHAPE.test(normalizePin(text));

function isGuessed(pin: string): boolean {
  const digits = [...pin].map(Number);
  return GUESSED_STEPS.some((step) =>
    digits.every((digit, index) => index === 0 || digit === ((digits[index - 1] ?? 0) + step) % 10),
  );
}

/**
 * Reads a new manager PIN: 6 to 12 digits, not all the same and not one after the other, up or down. Error:
 * pin-invalid.
 */
export function parsePin(text: string): Result<ManagerPin> {
  const pin = normalizePin(text);
  return SHAPE.test(pin) && !isGuessed(pin) ? ok(pin as ManagerPin) : err(appError('pin-invalid'));
}

/** What the manager PIN allows now. */
export const managerStateSchema = z.discriminatedUnion('state', [
  /** No PIN is set: everybody may do everything. */
  z.object({ state: z.literal('off') }),
  z.object({
    state: z.literal('locked'),
    triesLeft: z.number().int().min(0),
    /** False when the stored PIN cannot be read: then only a reset helps. */
    readable: z.boolean(),
  }),
  /** Until then, or five minutes after the last use. */
  z.object({ state: z.literal('unlocked'), until: z.iso.datetime() }),
  /** Too many wrong PINs: no other is taken before. */
  z.object({ state: z.literal('blocked'), until: z.iso.datetime() }),
]);
export type ManagerState = Readonly<z.infer<typeof managerStateSchema>>;

/** What happened to the PIN, for the history. */
export type ManagerEvent = 'pin-set' | 'pin-changed' | 'pin-removed' | 'pin-reset' | 'locked-out';
