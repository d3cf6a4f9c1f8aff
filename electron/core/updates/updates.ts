import { isDeepStrictEqual } from 'node:util';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { UpdateObstacle, UpdateState, UpdatesView } from '../../../shared/updates.ts';
import type { Authorize } from '../access/manager-access.ts';
import { withDeadline } from '../device/deadline.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import type { News, Tell } from '../news.ts';
import { isWanted } from './release.ts';
import type { UpdateSource } from './update-source.ts';
import type { VersionMemory } from './version-memory.ts';

/** Milliseconds for both files of the feed. */
const LOOK_MS = 30_000;
const MINUTE_MS = 60_000;
/** The first look of a start comes at some moment of this time, so that not all registers ask in the same one. */
const FIRST_LOOK_WITHIN_MS = 30 * MINUTE_MS;
const LOOK_EACH_MS = 24 * 60 * MINUTE_MS;
const LOOK_AGAIN_MS = 60 * MINUTE_MS;

/** These are no bad luck: whoever looks after the register must hear of them. */
const TOLD: ReadonlySet<ErrorCode> = new Set([
  'update-signature-invalid',
  'update-feed-invalid',
  'update-older',
  'update-damaged',
  'update-not-installed',
]);

export interface UpdatesParts {
  /** Left out: this app does not update itself. */
  readonly source: UpdateSource | undefined;
  /** Whether it looks by itself. */
  readonly automatic: boolean;
  readonly memory: VersionMemory;
  /** The version of this app. */
  readonly running: string;
  /** What stands in the way now. */
  readonly obstacle: () => UpdateObstacle | null;
  readonly authorize: Authorize;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly steadyNow: () => number;
  readonly random: () => number;
  readonly tell: Tell;
}

/**
 * The app's own updates: looked for, fetched, and installed when a person says so. Neither of the latter happens while
 * something stands in the way; a fetch that is under way then is broken off, and begins anew afterwards.
 */
export class Updates {
  readonly #parts: UpdatesParts;
  #now: UpdateState = { state: 'idle', lookedAt: null };
  #shown: UpdatesView | null = null;
  #run: { readonly cancel: AbortController; readonly finished: Promise<void> } | undefined;
  /** By the steady clock. */
  #lookAt: number;
  /** What was told last, so that each look does not tell it again. */
  #told = '';
  #closed = false;

  constructor(parts: UpdatesParts) {
    this.#parts = parts;
    this.#lookAt = parts.steadyNow() + MINUTE_MS + parts.random() * FIRST_LOOK_WITHIN_MS;
  }

  /** Null where the app does not update itself. */
  get view(): UpdatesView | null {
    const { source, automatic, obstacle } = this.#parts;
    return source ? { automatic, obstacle: obstacle(), now: this.#now } : null;
  }

  /** Tells which version runs now, if it is another one, or that one was not installed. */
  announce(): void {
    const { memory, running, tell } = this.#parts;
    const change = memory.arrive();
    if (change.kind === 'updated') tell({ type: 'app-updated', from: change.from, to: running });
    if (change.kind === 'not-installed') {
      const { version } = change;
      this.#fail(
        failure('update-not-installed', `${running} runs instead of ${version}`, { params: { version } }),
        version,
      );
    }
  }

  /**
   * Asks the feed, and goes on to fetch what is newer; resolves when it has answered. Throws {@link Failure}
   * `not-found` where the app does not update itself.
   */
  async look(): Promise<UpdatesView> {
    const source = this.#source();
    const { state } = this.#now;
    if (!this.#run && state !== 'ready' && state !== 'installing') await this.#look(source);
    return this.view ?? { automatic: false, obstacle: null, now: this.#now };
  }

  /**
   * Ends the app to install what is ready. Throws {@link Failure} `not-found`, `update-busy` while something stands in
   * the way, `update-damaged` when it was changed on the disk, and what `authorize` throws.
   */
  async install(): Promise<void> {
    const source = this.#source();
    this.#parts.authorize();
    const version = this.#ready();
    try {
      await source.recheck();
    } catch (thrown) {
      this.#fail(thrown, version);
      throw thrown;
    }
    // Only now, and at once: a till may have come meanwhile, or another have asked for the same.
    this.#ready();
    this.#parts.memory.installing(version);
    this.#set({ state: 'installing', version });
    await source.install();
  }

  /** What may have put something in the way, or taken it away. */
  hear({ type }: News): void {
    switch (type) {
      case 'pairing-progress':
      case 'pairing-ended':
      case 'bridge-changed':
      case 'bridge-switched':
      case 'doctor-progress':
        this.reconsider();
        break;
      default:
    }
  }

  /** Breaks off a fetch that something stands in the way of, or begins one that waited. */
  reconsider(): void {
    const { source, obstacle } = this.#parts;
    if (!source || this.#closed) return;
    const isFree = obstacle() === null;
    if (this.#now.state === 'fetching' && !isFree) this.#run?.cancel.abort();
    if (this.#now.state === 'found' && isFree && !this.#run) this.#fetch(source, this.#now.version);
    this.#show();
  }

  /** To be called every few seconds. */
  tick(): void {
    this.reconsider();
    const { source, automatic, steadyNow } = this.#parts;
    const { state } = this.#now;
    const isIdle = !this.#run && (state === 'idle' || state === 'failed');
    if (source && automatic && isIdle && steadyNow() >= this.#lookAt) void this.#look(source);
  }

  /** Ends what runs and waits for it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#run?.cancel.abort();
    await this.#run?.finished;
  }

  #source(): UpdateSource {
    const { source } = this.#parts;
    if (!source) throw failure('not-found', 'this app does not update itself');
    return source;
  }

  #ready(): string {
    if (this.#now.state !== 'ready') throw failure('not-found', 'no update is ready');
    const obstacle = this.#parts.obstacle();
    if (obstacle) throw failure('update-busy', obstacle);
    return this.#now.version;
  }

  async #look(source: UpdateSource): Promise<void> {
    this.#set({ state: 'looking' });
    await this.#start(async (signal) => {
      const { memory, running, now, steadyNow } = this.#parts;
      this.#lookAt = steadyNow() + LOOK_AGAIN_MS;
      const version = await source.look(withDeadline(signal, LOOK_MS));
      const wanted = isWanted(version, running, memory.newest);
      memory.offered(version);
      this.#lookAt = steadyNow() + LOOK_EACH_MS;
      this.#told = '';
      this.#set(
        wanted ? { state: 'found', version } : { state: 'idle', lookedAt: new Date(now()).toISOString() },
      );
    });
    this.reconsider();
  }

  #fetch(source: UpdateSource, version: string): void {
    this.#set({ state: 'fetching', version, percent: 0 });
    void this.#start(async (signal) => {
      const show = (percent: number) => {
        if (!signal.aborted) this.#set({ state: 'fetching', version, percent });
      };
      try {
        await source.fetch(show, signal);
      } catch (thrown) {
        // What stood in the way may be gone already.
        if (!signal.aborted) throw thrown;
        this.#set({ state: 'found', version });
        return;
      }
      this.#set({ state: 'ready', version });
    }, version).then(() => this.reconsider());
  }

  /** One thing at a time; what goes wrong becomes the state. */
  async #start(work: (signal: AbortSignal) => Promise<void>, version?: string): Promise<void> {
    const cancel = new AbortController();
    const finished = work(cancel.signal)
      .catch((thrown: unknown) => {
        if (!this.#closed) this.#fail(thrown, version);
      })
      .finally(() => {
        this.#run = undefined;
      });
    this.#run = { cancel, finished };
    await finished;
  }

  #fail(thrown: unknown, version: string | undefined): void {
    const error =
      thrown instanceof Failure && thrown.appError.code === 'timed-out'
        ? failure('update-feed-unreachable', thrown.appError.detail).appError
        : toAppError(thrown);
    const telling = `${error.code} ${version ?? ''} ${error.detail}`;
    if (TOLD.has(error.code) && telling !== this.#told) {
      this.#told = telling;
      this.#parts.tell({ type: 'update-failed', version, error });
    }
    this.#set({ state: 'failed', error });
  }

  #set(now: UpdateState): void {
    this.#now = now;
    this.#show();
  }

  #show(): void {
    const { view } = this;
    if (this.#closed || isDeepStrictEqual(view, this.#shown)) return;
    this.#shown = view;
    this.#parts.tell({ type: 'updates-changed', updates: view });
  }
}
