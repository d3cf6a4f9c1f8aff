import { randomUUID } from 'node:crypto';
import type { MethodValue, PairingRequest } from '../../shared/ipc.ts';
import type { PairingProgress, PairingRecord } from '../../shared/pairing.ts';
import type { Result } from '../../shared/result.ts';
import { failure } from '../failure.ts';
import { pairRegister } from './pair-register.ts';
import { validateRequest } from './request.ts';
import type { PairingContext } from './settings.ts';

interface Attempt {
  readonly id: string;
  readonly cancel: AbortController;
  answerIdentity: ((accepted: boolean) => void) | undefined;
  readonly finished: Promise<void>;
}

/** How a pairing attempt ended. */
export interface AttemptEnd {
  readonly posId: string;
  /** The pairing as it was before, when it was made anew. */
  readonly replaced: PairingRecord | undefined;
  readonly result: Result<PairingRecord>;
  /** The pairing as it is stored now; also after a failure, when new credentials wait to be proved. */
  readonly stored: PairingRecord | undefined;
}

export interface PairingServiceParts {
  readonly context: PairingContext;
  readonly onProgress: (progress: PairingProgress) => void;
  readonly onEnd: (end: AttemptEnd) => void;
  /** Runs an attempt while nothing else uses the device's one channel. */
  readonly exclusively: (attempt: () => Promise<void>) => Promise<void>;
}

/** The pairing attempts of one running app, one at a time. */
export class PairingService {
  readonly #parts: PairingServiceParts;
  #attempt: Attempt | undefined;

  constructor(parts: PairingServiceParts) {
    this.#parts = parts;
  }

  /** Starts a pairing; its course is reported. Throws {@link Failure} for invalid input and `busy`. */
  start(raw: PairingRequest): MethodValue<'startPairing'> {
    const { context, onProgress, onEnd, exclusively } = this.#parts;
    const request = validateRequest(raw);
    if (this.#attempt) throw failure('busy', 'a pairing is running');
    const id = randomUUID();
    const pairingId = request.replaces ?? randomUUID();
    const replaced = context.vault.find(pairingId);
    const cancel = new AbortController();
    const confirmIdentity = () =>
      new Promise<boolean>((resolve) => {
        if (this.#attempt) this.#attempt.answerIdentity = resolve;
      });
    const run = async () => {
      // Begins in a later turn, so that the caller knows the attempt's id before its first progress.
      await Promise.resolve();
      const hooks = { onProgress, confirmIdentity };
      const result = await pairRegister({ attemptId: id, pairingId }, request, context, hooks, cancel.signal);
      this.#attempt = undefined;
      onEnd({ posId: request.posId, replaced, result, stored: context.vault.find(pairingId) });
    };
    this.#attempt = { id, cancel, answerIdentity: undefined, finished: exclusively(run) };
    return { attemptId: id };
  }

  answerIdentity(attemptId: string, accepted: boolean): null {
    if (this.#attempt?.id !== attemptId || !this.#attempt.answerIdentity) {
      throw failure('not-found', 'no open question');
    }
    this.#attempt.answerIdentity(accepted);
    this.#attempt.answerIdentity = undefined;
    return null;
  }

  /** Ends the attempt at once; when it has ended already there is nothing to do. */
  cancel(attemptId: string): null {
    if (this.#attempt?.id === attemptId) this.#attempt.cancel.abort();
    return null;
  }

  /** Ends what runs and waits for it. */
  async close(): Promise<void> {
    this.#attempt?.cancel.abort();
    await this.#attempt?.finished;
  }
}
