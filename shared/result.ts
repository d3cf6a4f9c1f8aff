import { z } from 'zod';
import { type AppError, appErrorSchema } from './errors.ts';

/** Outcome that crosses a boundary as data: exceptions never do. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AppError };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const err = (error: AppError): { readonly ok: false; readonly error: AppError } => ({
  ok: false,
  error,
});

/** Schema of a {@link Result} whose value satisfies `value`. */
export const resultSchema = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), error: appErrorSchema }),
  ]);
