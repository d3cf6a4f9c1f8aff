import { type AppError, STAGES, type Stage } from '../../../shared/errors.ts';
import type { PairingProgress, StageProgress } from '../../../shared/pairing.ts';
import { Failure, toAppError } from '../failure.ts';

/** Ends an attempt whose credentials are kept and still wait for their first proof: no failure, nothing is lost. */
export class StillWaiting extends Error {}

/** Keeps the picture of one attempt and passes on a copy at each change. */
export class ProgressTracker {
  #progress: PairingProgress;
  #stage: Stage = STAGES[0];
  #startedAt = 0;
  readonly #publish: (progress: PairingProgress) => void;

  constructor(attemptId: string, publish: (progress: PairingProgress) => void) {
    this.#publish = publish;
    this.#progress = { attemptId, stages: STAGES.map((stage) => ({ stage, state: 'waiting' })) };
  }

  /** Runs one stage; what it throws carries the stage's name from then on. */
  async run<T>(stage: Stage, work: () => T | Promise<T>): Promise<T> {
    this.#stage = stage;
    this.#startedAt = performance.now();
    this.#mark({ stage, state: 'running' });
    try {
      const value = await work();
      this.#stopWaiting();
      this.#mark({ stage: this.#stage, state: 'done', durationMs: this.#elapsed() });
      return value;
    } catch (thrown) {
      if (thrown instanceof StillWaiting) throw thrown;
      this.#stopWaiting();
      this.#mark({ stage: this.#stage, state: 'failed', durationMs: this.#elapsed() });
      throw new Failure({ ...toAppError(thrown), stage: this.#stage });
    }
  }

  /** Ends the running stage and starts the next one, for work that covers both in one go. */
  advance(stage: Stage): void {
    this.#mark({ stage: this.#stage, state: 'done', durationMs: this.#elapsed() });
    this.#stage = stage;
    this.#startedAt = performance.now();
    this.#mark({ stage, state: 'running' });
  }

  /** Shows the identity question while `answer` is awaited. */
  async ask<T>(
    question: NonNullable<PairingProgress['identityQuestion']>,
    answer: () => Promise<T>,
  ): Promise<T> {
    this.#change({
      identityQuestion: question,
      stages: this.#with({ stage: this.#stage, state: 'needs-you' }),
    });
    try {
      return await answer();
    } finally {
      const { identityQuestion: _answered, ...rest } = this.#progress;
      this.#progress = rest;
      this.#mark({ stage: this.#stage, state: 'running' });
    }
  }

  /**
   * Shows that the device is waited for, at each try anew. Only {@link run} ends that, or {@link end}: a stage that
   * still waits then goes on doing so.
   */
  showWaiting(waiting: NonNullable<PairingProgress['waiting']>): void {
    this.#change({ waiting, stages: this.#with({ stage: this.#stage, state: 'needs-you' }) });
  }

  showDeviceMessage(deviceMessage: string): void {
    this.#change({ deviceMessage });
  }

  end(outcome: NonNullable<PairingProgress['outcome']>): void {
    this.#change({ outcome });
  }

  /** For a failure outside of all stages. */
  tag(error: AppError): AppError {
    return { ...error, stage: error.stage ?? this.#stage };
  }

  #stopWaiting(): void {
    const { waiting: _over, ...rest } = this.#progress;
    this.#progress = rest;
  }

  #elapsed(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  #with(changed: StageProgress): StageProgress[] {
    return this.#progress.stages.map((stage) => (stage.stage === changed.stage ? changed : stage));
  }

  #mark(changed: StageProgress): void {
    this.#change({ stages: this.#with(changed) });
  }

  #change(change: Partial<PairingProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#publish(this.#progress);
  }
}
