import type { Finding, NotRunReason, Told } from '../../../shared/doctor.ts';
import type { AppError } from '../../../shared/errors.ts';

/** What a check has come to. */
export type Verdict =
  | { readonly state: 'ok' | 'warning' | 'failed'; readonly told: Told }
  | { readonly state: 'not-run'; readonly because: NotRunReason };

type Values = Readonly<Record<string, string | number>>;
type Judged = 'ok' | 'warning' | 'failed';

const found =
  (state: Judged) =>
  (finding: Finding, values: Values = {}): Verdict => ({
    state,
    told: { by: 'finding', finding, values: { ...values } },
  });

export const ok = found('ok');
export const warning = found('warning');
export const failed = found('failed');

export const byError = (state: Exclude<Judged, 'ok'>, error: AppError): Verdict => ({
  state,
  told: { by: 'error', error },
});

export const notRun = (because: NotRunReason): Verdict => ({ state: 'not-run', because });
