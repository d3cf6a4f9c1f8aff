import { askStatus, type StatusAnswer } from '../device/status-request.ts';
import { readinessOf } from '../pairing/ask-readiness.ts';
import { byError, failed, notRun, ok, type Verdict, warning } from './verdict.ts';
import type { Check } from './visit.ts';

/** Milliseconds the payment app may take; it has nothing to do for the answer. */
const ANSWER_WITHIN_MS = 3_000;

export function judgeAnswer(answer: StatusAnswer): Verdict {
  switch (answer.kind) {
    case 'answered':
      return ok('app-answered', { message: answer.message || answer.type });
    case 'error-response':
      return warning('app-objected', { message: answer.message || '—' });
    case 'silent':
      return failed('app-silent');
    case 'ended':
      return byError('failed', answer.failure.appError);
  }
}

export const checkApplication: Check = {
  name: 'application',
  needs: ['websocket'],
  usesChannel: true,
  run: async ({ channel, context, keep }, signal) => {
    if (!channel) return notRun({ reason: 'needs', check: 'websocket' });
    const answer = await askStatus(channel, ANSWER_WITHIN_MS, signal);
    keep({ readiness: readinessOf(answer, context.now()) });
    return judgeAnswer(answer);
  },
};
