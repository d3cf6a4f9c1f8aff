import type { ErrorCode } from '../../../shared/errors.ts';
import { type Failure, failure } from '../failure.ts';
import { redact } from '../redact.ts';

/** Why a policy is not used, in English for whoever wrote it. Quotes keys and paths, never a value. */
const refusal = (code: ErrorCode, reason: string): Failure =>
  failure(code, reason, { params: { reason: redact(reason) } });

/** What it says is wrong. */
export const wrongPolicy = (reason: string): Failure => refusal('policy-invalid', reason);

/** Somebody else than an administrator could have written it. */
export const unsafePolicy = (reason: string): Failure => refusal('policy-unsafe', reason);

/** There is one, but it cannot be read. */
export const unreadablePolicy = (reason: string): Failure => refusal('policy-unreadable', reason);

/** As {@link unreadablePolicy}, by what the system says. */
export const unreadable = (path: string, thrown: unknown): Failure =>
  unreadablePolicy(`${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
