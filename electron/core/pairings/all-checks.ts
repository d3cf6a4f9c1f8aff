import type { Tell } from '../news.ts';
import type { ConnectionMonitor } from '../status/monitor.ts';
import type { Vault } from '../vault/vault.ts';

/** As many as the schedule runs at once; most of the time of each is waiting for the network. */
const AT_ONCE = 16;

export interface AllChecksParts {
  readonly vault: Pick<Vault, 'pairings'>;
  readonly monitor: Pick<ConnectionMonitor, 'check'>;
  readonly tell: Tell;
}

/** The check of all pairings, asked for by the user. */
export class AllChecks {
  readonly #parts: AllChecksParts;
  #running: Promise<{ checked: number }> | undefined;

  constructor(parts: AllChecksParts) {
    this.#parts = parts;
  }

  /**
   * Checks every pairing there is now, a few at a time, or joins the round that is running. A check that fails, or a
   * pairing that is removed meanwhile, holds up no other; the outcomes are told like those of any check.
   */
  run(): Promise<{ checked: number }> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<{ checked: number }> {
    const { vault, monitor, tell } = this.#parts;
    const ids = vault.pairings.map(({ id }) => id);
    const total = ids.length;
    let done = 0;
    const toldOf = () => tell({ type: 'checks-progress', progress: { done, total } });
    toldOf();
    const waiting = ids.values();
    const work = async () => {
      for (const id of waiting) {
        await monitor.check(id).catch(() => {});
        done += 1;
        toldOf();
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, total) }, work));
    return { checked: total };
  }
}
