import type { ManagerPin } from '../../../shared/brands.ts';
import {
  hasPinShape,
  type ManagerEvent,
  type ManagerState,
  normalizePin,
  parsePin,
} from '../../../shared/manager.ts';
import { failure, required } from '../failure.ts';
import type { Later } from '../later.ts';
import { hashPin, isPinOf, type Scrypt } from './pin-hash.ts';
import type { PinStore, StoredPin } from './stored-pin.ts';
import { NO_TRIES, type Tries, TryCounter } from './try-counter.ts';

const IDLE_MS = 5 * 60_000;
/** How often what is left of a wait is stored, at most. */
const KEEP_WAIT_MS = 15_000;

/**
 * Leave to do what the manager PIN guards. Opaque: only {@link ManagerAccess} makes one, when the PIN was entered or
 * none is set. A use case that asks for one cannot be put together without it.
 */
class ManagerGrant {
  /** Nothing else has it, so nothing else passes for a grant. */
  protected readonly of = 'manager';
}

export type { ManagerGrant };

/** Throws {@link Failure} `manager-needed` unless the manager is there. Guarded use cases call it first. */
export type Authorize = () => ManagerGrant;

export interface ManagerAccessParts {
  readonly document: PinStore;
  /** The PIN is the organisation's: it is not changed, turned off or reset here. */
  readonly managed?: boolean;
  readonly scrypt: Scrypt;
  /** Milliseconds since 1970, by a clock that people set. */
  readonly now: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly steadyNow: () => number;
  readonly later: Later;
  readonly onState: (state: ManagerState) => void;
  readonly onEvent: (event: ManagerEvent) => void;
}

interface Session {
  readonly grant: ManagerGrant;
  /** By both clocks: one stands still while the computer sleeps, the other can be set back. */
  readonly until: { readonly steady: number; readonly wall: number };
}

/**
 * The manager PIN: who may do what is guarded. Without a PIN everybody may. A stored PIN that cannot be read counts as
 * one that nobody knows: only {@link ManagerAccess.reset} helps.
 */
export class ManagerAccess {
  readonly #parts: ManagerAccessParts;
  #stored: StoredPin;
  #counter: TryCounter;
  #session: Session | undefined;
  /** How often it was locked. */
  #locks = 0;
  #cancelTimer: (() => void) | undefined;
  /** Tries are judged one after another, so that many at once are not one. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What was last stored of a wait. */
  #keptWaitMs = 0;
  #isJudging = false;

  constructor(parts: ManagerAccessParts) {
    this.#parts = parts;
    this.#stored = parts.document.read();
    const tries = this.#stored.kind === 'pin' ? this.#stored.tries : NO_TRIES;
    this.#counter = new TryCounter(tries, parts.steadyNow);
    this.#keptWaitMs = tries.waitMs;
    this.#arm();
  }

  get state(): ManagerState {
    const { kind } = this.#stored;
    if (kind === 'none') return { state: 'off' };
    const session = this.#live();
    if (session) return { state: 'unlocked', until: this.#wallIn(this.#leftOf(session)) };
    const { waitMs, triesLeft } = this.#counter;
    if (waitMs > 0) return { state: 'blocked', until: this.#wallIn(waitMs) };
    return { state: 'locked', triesLeft, readable: kind === 'pin' };
  }

  /**
   * Leave to do what is guarded; each use begins the five minutes anew. Throws {@link Failure} `manager-needed` when a
   * PIN is set and was not entered, or too long ago.
   */
  readonly authorize: Authorize = () => {
    if (this.#stored.kind === 'none') return new ManagerGrant();
    const session = this.#live();
    if (!session) throw failure('manager-needed');
    return this.#begin(session.grant);
  };

  /**
   * Lets guarded things be done until nobody has done so for five minutes. Throws {@link Failure} `pin-not-set`,
   * `pin-unreadable`, `pin-invalid` for what cannot be a PIN (which costs no try), `pin-wrong`, `pin-locked`,
   * `storage-failed`.
   */
  unlock(pin: string): Promise<ManagerGrant> {
    const locks = this.#locks;
    return this.#inTurn(async () => {
      await this.#judge(pin);
      // Judging takes a while: whoever asked may have left, and the next one must not find it open.
      if (locks !== this.#locks) throw failure('manager-needed');
      return this.#begin(new ManagerGrant());
    });
  }

  /** Ends what {@link unlock} allowed. */
  lock(): void {
    this.#locks += 1;
    if (!this.#session) return;
    this.#session = undefined;
    this.#changed();
  }

  /** Throws {@link Failure} `pin-already-set`, `pin-invalid`, `managed-setting`, `storage-failed`. */
  async set(pin: string): Promise<void> {
    this.#requireOwn();
    const parsed = required(parsePin(pin));
    await this.#inTurn(async () => {
      if (this.#stored.kind !== 'none') throw failure('pin-already-set');
      await this.#store(parsed);
    });
    this.#parts.onEvent('pin-set');
  }

  /** Throws {@link Failure} what {@link unlock} does for the old one, and `pin-invalid` for the new one; `managed-setting`. */
  async change(oldPin: string, newPin: string): Promise<void> {
    this.#requireOwn();
    const parsed = required(parsePin(newPin));
    await this.#inTurn(async () => {
      await this.#judge(oldPin);
      await this.#store(parsed);
    });
    this.#parts.onEvent('pin-changed');
  }

  /** Turns the PIN off. Throws {@link Failure} what {@link unlock} does, and `managed-setting`. */
  async clear(pin: string): Promise<void> {
    this.#requireOwn();
    await this.#inTurn(async () => {
      await this.#judge(pin);
      this.#forget();
    });
    this.#parts.onEvent('pin-removed');
  }

  /**
   * Turns off a PIN that nobody knows. What it has guarded must be gone: `removeAll` is done first, and the PIN stays
   * when that fails. Throws {@link Failure} `pin-not-set`, `managed-setting`, `storage-failed`, and what `removeAll` does.
   */
  async reset<T>(removeAll: (grant: ManagerGrant) => Promise<T>): Promise<T> {
    this.#requireOwn();
    const removed = await this.#inTurn(async () => {
      if (this.#stored.kind === 'none') throw failure('pin-not-set');
      const done = await removeAll(new ManagerGrant());
      this.#forget();
      return done;
    });
    this.#parts.onEvent('pin-reset');
    return removed;
  }

  /** Keeps what is left of a wait; to be called every few seconds. */
  tick(): void {
    if (this.#session && !this.#live()) this.lock();
    this.#keepWait(KEEP_WAIT_MS);
  }

  /** Ends everything and keeps what must outlast a restart. */
  close(): void {
    this.#cancelTimer?.();
    this.#session = undefined;
    this.#keepWait(1);
  }

  #requireOwn(): void {
    if (this.#parts.managed) throw failure('managed-setting', 'manager PIN');
  }

  /** Counts the try, then says whether it was right; throws unless it was. */
  async #judge(text: string): Promise<void> {
    const stored = this.#stored;
    if (stored.kind === 'none') throw failure('pin-not-set');
    if (stored.kind === 'unreadable') throw failure('pin-unreadable');
    if (this.#counter.waitMs > 0) throw this.#lockedOut();
    if (!hasPinShape(text)) throw failure('pin-invalid');
    if (await this.#isRight(stored.pinHash, normalizePin(text))) {
      this.#counter.right();
      try {
        this.#keep(stored.pinHash, NO_TRIES);
      } catch {
        // The try stays counted on the disk, which only makes the next start stricter.
      }
      return;
    }
    this.#counter.wrong();
    const { triesLeft } = this.#counter;
    if (triesLeft > 0) {
      this.#changed();
      throw failure('pin-wrong', '', { params: { tries: String(triesLeft) } });
    }
    // Whoever guesses at an unlocked app gets it locked.
    this.#session = undefined;
    this.#changed();
    this.#parts.onEvent('locked-out');
    throw this.#lockedOut();
  }

  /** Stores the try as a wrong one before the answer is known, so that ending the app meanwhile wins nothing. */
  async #isRight(pinHash: string, pin: string): Promise<boolean> {
    this.#keep(pinHash, this.#counter.ifWrong);
    this.#isJudging = true;
    try {
      return await isPinOf(pinHash, pin, this.#parts.scrypt);
    } finally {
      this.#isJudging = false;
    }
  }

  #lockedOut() {
    const { waitMs } = this.#counter;
    return failure('pin-locked', '', {
      params: { until: this.#wallIn(waitMs), wait: `PT${Math.ceil(waitMs / 1000)}S` },
    });
  }

  async #store(pin: ManagerPin): Promise<void> {
    const pinHash = await hashPin(pin, this.#parts.scrypt);
    this.#keep(pinHash, NO_TRIES);
    // What the old PIN allowed ends with it.
    this.#session = undefined;
    this.#changed();
  }

  #forget(): void {
    this.#parts.document.remove();
    this.#stored = { kind: 'none' };
    this.#counter = new TryCounter(NO_TRIES, this.#parts.steadyNow);
    this.#session = undefined;
    this.#changed();
  }

  #keep(pinHash: string, tries: Tries): void {
    this.#parts.document.write(pinHash, tries);
    this.#stored = { kind: 'pin', pinHash, tries };
    this.#keptWaitMs = tries.waitMs;
  }

  #keepWait(leastMs: number): void {
    // What is stored then is the try as a wrong one, which the counter does not know of yet.
    if (this.#stored.kind !== 'pin' || this.#isJudging) return;
    const { tries } = this.#counter;
    const passed = this.#keptWaitMs - tries.waitMs;
    if (passed < leastMs) return;
    try {
      this.#keep(this.#stored.pinHash, tries);
    } catch {
      // Then more of it is waited for after a restart.
    }
  }

  #begin(grant: ManagerGrant): ManagerGrant {
    const { now, steadyNow } = this.#parts;
    this.#session = { grant, until: { steady: steadyNow() + IDLE_MS, wall: now() + IDLE_MS } };
    this.#changed();
    return grant;
  }

  #live(): Session | undefined {
    return this.#session && this.#leftOf(this.#session) > 0 ? this.#session : undefined;
  }

  #leftOf({ until }: Session): number {
    const { now, steadyNow } = this.#parts;
    return Math.min(until.steady - steadyNow(), until.wall - now());
  }

  /** ISO 8601. */
  #wallIn(ms: number): string {
    return new Date(this.#parts.now() + ms).toISOString();
  }

  #changed(): void {
    this.#arm();
    this.#parts.onState(this.state);
  }

  /** Tells when time alone ends the state there is now. */
  #arm(): void {
    this.#cancelTimer?.();
    const session = this.#live();
    const left = session ? this.#leftOf(session) : this.#counter.waitMs;
    this.#cancelTimer = left > 0 ? this.#parts.later(() => this.#timeIsUp(), Math.ceil(left)) : undefined;
  }

  #timeIsUp(): void {
    if (this.#live() || (!this.#session && this.#counter.waitMs > 0)) {
      // A timer may be a little early.
      this.#arm();
      return;
    }
    this.#session = undefined;
    this.#keepWait(1);
    this.#changed();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
