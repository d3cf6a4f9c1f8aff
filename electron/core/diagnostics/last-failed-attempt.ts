import type { AppError } from '../../../shared/errors.ts';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import type { CertificateSummary, StageProgress } from '../../../shared/pairing.ts';
import type { News } from '../news.ts';
import { onDiagnosis } from './diagnose.ts';
import type { DiagnosedEvent } from './event.ts';

/** An attempt that waits for its device may connect every two seconds; the latest say most. */
const MOST_EVENTS = 200;

export interface FailedAttempt {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly posId: string;
  readonly error: AppError;
  readonly stages: readonly StageProgress[];
  /** Whom the user was asked about, and its certificate; null when it had not come to that. */
  readonly identity: DeviceIdentity | null;
  readonly certificate: CertificateSummary | null;
  /** What happened meanwhile, the last {@link MOST_EVENTS}; of other devices as well. */
  readonly events: readonly DiagnosedEvent[];
}

interface Running {
  readonly attemptId: string;
  readonly startedAt: string;
  readonly events: DiagnosedEvent[];
  readonly stop: () => void;
  stages: readonly StageProgress[];
  identity: DeviceIdentity | null;
  certificate: CertificateSummary | null;
}

const now = (): string => new Date().toISOString();

/**
 * Remembers the last pairing that failed while the app runs: of a device that was never paired nothing else is kept
 * but a line of the history. Never the setup code, which is in no progress and no error.
 */
export class LastFailedAttempt {
  #running: Running | undefined;
  #last: FailedAttempt | null = null;

  get(): FailedAttempt | null {
    return this.#last;
  }

  record(news: News): void {
    if (news.type === 'pairing-progress') {
      const { attemptId, stages, identityQuestion } = news.progress;
      if (this.#running?.attemptId !== attemptId) this.#begin(attemptId);
      if (!this.#running) return;
      this.#running.stages = stages;
      if (identityQuestion) {
        this.#running.identity = identityQuestion.identity;
        this.#running.certificate = identityQuestion.certificate;
      }
    } else if (news.type === 'pairing-ended') {
      const { posId, result } = news.end;
      const running = this.#running;
      this.close();
      if (result.ok) return;
      this.#last = {
        startedAt: running?.startedAt ?? now(),
        endedAt: now(),
        posId,
        error: result.error,
        stages: running?.stages ?? [],
        identity: running?.identity ?? null,
        certificate: running?.certificate ?? null,
        events: running?.events ?? [],
      };
    }
  }

  /** Ends the listening. */
  close(): void {
    this.#running?.stop();
    this.#running = undefined;
  }

  #begin(attemptId: string): void {
    this.close();
    const events: DiagnosedEvent[] = [];
    const stop = onDiagnosis((event) => {
      if (events.push(event) > MOST_EVENTS) events.shift();
    });
    const startedAt = now();
    this.#running = { attemptId, startedAt, events, stop, stages: [], identity: null, certificate: null };
  }
}
