import type { AppError } from './errors.ts';

/** Outcome that crosses a boundary as data: exceptions never do. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AppError };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const err = (error: AppError): { readonly ok: false; readonly error: AppError } => ({
  ok: false,
  error,
});
