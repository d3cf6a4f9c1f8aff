import type { PairingRequest } from '../../../shared/ipc/pairing.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { Authorize } from '../access/manager-access.ts';
import type { CoreContext } from '../context.ts';
import { failure } from '../failure.ts';
import type { Tell } from '../news.ts';
import { PairingAttempt } from './pairing-attempt.ts';
import { validateRequest } from './valid-request.ts';

export interface PairingServiceParts {
  /** For another device in the place of a paired one. */
  readonly authorize: Authorize;
  readonly context: CoreContext;
  readonly tell: Tell;
  /** What is stored about a pairing was replaced, while its device is still held. */
  readonly onStored: (pairing: PairingRecord) => void;
}

interface RunningAttempt {
  readonly attempt: PairingAttempt;
  readonly finished: Promise<void>;
}

/** The pairing attempts of one running app, one at a time. */
export class PairingService {
  readonly #parts: PairingServiceParts;
  #running: RunningAttempt | undefined;
  #isOver = false;

  constructor(parts: PairingServiceParts) {
    this.#parts = parts;
  }

  /** Whether an attempt is under way, or waits for its device. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Starts a pairing; its course is told. Throws {@link Failure} for invalid input, `busy`, `manager-needed`. */
  start(raw: PairingRequest): { attemptId: string } {
    const { authorize, context, tell, onStored } = this.#parts;
    const request = validateRequest(raw);
    if (this.#running) throw failure('busy', 'a pairing is running');
    // A code is good once: it is not spent by an app that is about to end.
    if (this.#isOver) throw failure('busy', 'the app ends');
    if (request.replaces !== undefined && request.allowSwap) authorize();
    const attempt = new PairingAttempt({
      authorize,
      request,
      context,
      onProgress: (progress) => tell({ type: 'pairing-progress', progress }),
      onWaiting: (pairing) => tell({ type: 'pairing-waits', pairing }),
      onEnd: (end) => {
        // Who hears of the end may start the next one.
        this.#running = undefined;
        tell({ type: 'pairing-ended', end });
        if (end.stored) onStored(end.stored);
      },
    });
    this.#running = { attempt, finished: this.#run(attempt) };
    return { attemptId: attempt.id };
  }

  /** Ends the attempt that would make this pairing anew, and waits for it. */
  async abandon(pairingId: string): Promise<void> {
    if (this.#running?.attempt.pairingId === pairingId) await this.close();
  }

  /** Throws {@link Failure} `not-found` when nothing is asked. */
  answerIdentity(attemptId: string, accepted: boolean): void {
    const attempt = this.#find(attemptId);
    if (!attempt?.answerIdentity(accepted)) throw failure('not-found', 'no open question');
  }

  /** Ends the attempt at once; when it has ended already there is nothing to do. */
  cancel(attemptId: string): void {
    this.#find(attemptId)?.cancel();
  }

  /** The page that showed the attempt is gone. */
  pageGone(): void {
    this.#running?.attempt.leaveUnattended();
  }

  /** Ends what runs and waits for it; nothing starts any more. */
  async closeForGood(): Promise<void> {
    this.#isOver = true;
    await this.close();
  }

  /** Ends what runs and waits for it. */
  async close(): Promise<void> {
    this.#running?.attempt.cancel();
    await this.#running?.finished;
  }

  #find(attemptId: string): PairingAttempt | undefined {
    const attempt = this.#running?.attempt;
    return attempt?.id === attemptId ? attempt : undefined;
  }

  async #run(attempt: PairingAttempt): Promise<void> {
    // Begins in a later turn, so that the caller knows the attempt's id before its first progress.
    await Promise.resolve();
    try {
      await attempt.run();
    } catch {
      // Its outcome was told by the progress. What failed is somebody who was told; the app goes on.
    } finally {
      if (this.#running?.attempt === attempt) this.#running = undefined;
    }
  }
}
