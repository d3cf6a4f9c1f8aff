import { randomUUID } from 'node:crypto';
import type { MethodValue, PairingRequest, Push } from '../../shared/ipc.ts';
import type { DeviceIdentity, PairingRecord } from '../../shared/pairing.ts';
import { failure } from '../failure.ts';
import { checkConnection } from './check-connection.ts';
import { pairRegister } from './pair-register.ts';
import { validateRequest } from './request.ts';
import type { PairingContext } from './settings.ts';

interface Attempt {
  readonly id: string;
  readonly cancel: AbortController;
  answerIdentity: ((accepted: boolean) => void) | undefined;
  readonly finished: Promise<void>;
}

/** The pairing attempts and checks of one running app: one attempt at a time, one check per pairing. */
export class PairingService {
  readonly #context: PairingContext;
  readonly #push: (push: Push) => void;
  readonly #checks = new Map<string, Promise<PairingRecord>>();
  readonly #closing = new AbortController();
  #attempt: Attempt | undefined;

  constructor(context: PairingContext, push: (push: Push) => void) {
    this.#context = context;
    this.#push = push;
  }

  /** Starts a pairing; its course is pushed. Throws {@link Failure} for invalid input and `busy`. */
  start(raw: PairingRequest): MethodValue<'startPairing'> {
    const request = validateRequest(raw);
    if (this.#attempt) throw failure('busy', 'a pairing is running');
    const id = randomUUID();
    const cancel = new AbortController();
    const confirmIdentity = (_identity: DeviceIdentity) =>
      new Promise<boolean>((resolve) => {
        if (this.#attempt) this.#attempt.answerIdentity = resolve;
      });
    // Begins in a later turn, so that the caller knows the attempt's id before its first progress.
    const pairingId = request.replaces ?? randomUUID();
    const run = async () => {
      await Promise.resolve();
      await pairRegister(
        { attemptId: id, pairingId },
        request,
        this.#context,
        { onProgress: (progress) => this.#push({ type: 'pairing-progress', progress }), confirmIdentity },
        AbortSignal.any([cancel.signal, this.#closing.signal]),
      );
      this.#attempt = undefined;
      // Also after a failure: new credentials may have been kept, to be proved later.
      const changed = this.#context.vault.find(pairingId);
      if (changed) this.#push({ type: 'pairing-changed', pairing: changed });
    };
    this.#attempt = { id, cancel, answerIdentity: undefined, finished: run() };
    return { attemptId: id };
  }

  answerIdentity(attemptId: string, accepted: boolean): null {
    if (this.#attempt?.id !== attemptId || !this.#attempt.answerIdentity)
      throw failure('not-found', 'no open question');
    this.#attempt.answerIdentity(accepted);
    this.#attempt.answerIdentity = undefined;
    return null;
  }

  /** Ends the attempt at once; when it has ended already there is nothing to do. */
  cancel(attemptId: string): null {
    if (this.#attempt?.id === attemptId) this.#attempt.cancel.abort();
    return null;
  }

  /** Checks a pairing now, or joins the check that is running. */
  check(pairingId: string): Promise<PairingRecord> {
    const running = this.#checks.get(pairingId);
    if (running) return running;
    const check = checkConnection(pairingId, this.#context, this.#closing.signal)
      .then((pairing) => {
        this.#push({ type: 'pairing-changed', pairing });
        return pairing;
      })
      .finally(() => this.#checks.delete(pairingId));
    this.#checks.set(pairingId, check);
    return check;
  }

  /** Ends everything that runs and waits for it. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([this.#attempt?.finished, ...this.#checks.values()]);
  }
}
