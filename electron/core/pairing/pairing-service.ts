import { randomUUID } from 'node:crypto';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import { sameIdentity } from '../../../shared/identity.ts';
import type { MethodValue } from '../../../shared/ipc/index.ts';
import type { PairingRequest } from '../../../shared/ipc/pairing.ts';
import type { PairingProgress, PairingRecord } from '../../../shared/pairing.ts';
import { err, type Result } from '../../../shared/result.ts';
import type { PairingContext } from '../context.ts';
import { failure, toAppError } from '../failure.ts';
import { pairRegister } from './pair-register.ts';
import { validateRequest } from './valid-request.ts';

interface Attempt {
  readonly id: string;
  readonly pairingId: string;
  readonly cancel: AbortController;
  answerIdentity: ((accepted: boolean) => void) | undefined;
  /** False when the page that started it is gone. */
  isAttended: boolean;
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
  /**
   * Runs an attempt while nothing else uses the one channel of the device of the pairings that `concerns` picks.
   * The attempt is given a function that looks again, for when it knows which device it is.
   */
  readonly exclusively: (
    attempt: (lookAgain: () => Promise<void>) => Promise<void>,
    concerns: (pairing: PairingRecord) => boolean,
  ) => Promise<void>;
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
        if (!this.#attempt) return;
        this.#attempt.answerIdentity = resolve;
        if (!this.#attempt.isAttended) cancel.abort();
      });
    let device: DeviceIdentity | undefined;
    const concerns = (other: PairingRecord) =>
      other.id === pairingId ||
      other.address.host === request.address.host ||
      (device !== undefined && sameIdentity(other.identity, device));
    const run = async (lookAgain: () => Promise<void>) => {
      // Begins in a later turn, so that the caller knows the attempt's id before its first progress.
      await Promise.resolve();
      const freeDevice = (identity: DeviceIdentity) => {
        device = identity;
        return lookAgain();
      };
      const hooks = { onProgress, confirmIdentity, freeDevice };
      const ids = { attemptId: id, pairingId };
      let result: Result<PairingRecord>;
      try {
        result = await pairRegister(ids, request, context, hooks, cancel.signal);
      } catch (thrown) {
        result = err(toAppError(thrown));
      }
      this.#attempt = undefined;
      onEnd({ posId: request.posId, replaced, result, stored: context.vault.find(pairingId) });
    };
    const finished = exclusively(run, concerns).catch(() => {
      // Its outcome was told by the progress. What failed is somebody who was told; the app goes on.
      this.#attempt = undefined;
    });
    this.#attempt = { id, pairingId, cancel, answerIdentity: undefined, isAttended: true, finished };
    return { attemptId: id };
  }

  /** Ends the attempt that would make this pairing anew, and waits for it. */
  async abandon(pairingId: string): Promise<void> {
    if (this.#attempt?.pairingId === pairingId) await this.close();
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

  /** Nobody can answer any more: an attempt that asks, now or later, ends instead of waiting for ever. */
  pageGone(): void {
    if (!this.#attempt) return;
    this.#attempt.isAttended = false;
    if (this.#attempt.answerIdentity) this.#attempt.cancel.abort();
  }

  /** Ends what runs and waits for it. */
  async close(): Promise<void> {
    this.#attempt?.cancel.abort();
    await this.#attempt?.finished;
  }
}
