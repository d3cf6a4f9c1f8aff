import { randomUUID } from 'node:crypto';
import { parsePort } from '../../../shared/inputs.ts';
import type { FoundDevice, SearchProgress, SearchRange } from '../../../shared/search.ts';
import type { Trust } from '../device/connection.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import { hostsIn } from './ranges.ts';
import { searchHosts } from './search-hosts.ts';

interface RunningSearch {
  readonly id: string;
  readonly cancel: AbortController;
  readonly finished: Promise<void>;
}

export interface DeviceSearchParts {
  /** Throws {@link Failure} `root-ca-missing`. */
  readonly trust: () => Trust;
  readonly onProgress: (progress: SearchProgress) => void;
  /** What may be searched: this computer's own subnets, outside of tests. */
  readonly ranges: () => SearchRange[];
}

/** Searches the user starts, one at a time, and the searches that follow moved devices. */
export class DeviceSearch {
  readonly #parts: DeviceSearchParts;
  #running: RunningSearch | undefined;

  constructor(parts: DeviceSearchParts) {
    this.#parts = parts;
  }

  ranges(): SearchRange[] {
    return this.#parts.ranges();
  }

  /**
   * Starts a search of subnets the user has seen in the plan. Throws {@link Failure} `busy`, `root-ca-missing`,
   * `address-port-invalid`, `invalid-request` for any other range.
   */
  start(portText: string, cidrs: readonly string[]): { searchId: string } {
    if (this.#running) throw failure('busy', 'a search is running');
    const port = parsePort(portText);
    if (!port.ok) throw new Failure(port.error);
    const offered = new Set(this.ranges().map(({ cidr }) => cidr));
    if (!cidrs.every((cidr) => offered.has(cidr)))
      throw failure('invalid-request', 'not a subnet of this computer');
    const trust = this.#parts.trust();
    const hosts = uniqueHosts(cidrs);
    const id = randomUUID();
    const cancel = new AbortController();
    this.#running = { id, cancel, finished: this.#run(id, hosts, port.value, trust, cancel.signal) };
    return { searchId: id };
  }

  /** Ends the search at once; when it has ended already there is nothing to do. */
  cancel(searchId: string): void {
    if (this.#running?.id === searchId) this.#running.cancel.abort();
  }

  /** All devices on this computer's subnets, for the monitor. */
  async search(port: number, signal: AbortSignal): Promise<readonly FoundDevice[]> {
    const hosts = uniqueHosts(
      this.ranges()
        .filter(({ virtual }) => !virtual)
        .map(({ cidr }) => cidr),
    );
    return searchHosts({ hosts, port, trust: this.#parts.trust(), signal });
  }

  async close(): Promise<void> {
    this.#running?.cancel.abort();
    await this.#running?.finished;
  }

  async #run(
    searchId: string,
    hosts: readonly string[],
    port: number,
    trust: Trust,
    signal: AbortSignal,
  ): Promise<void> {
    let last: Omit<SearchProgress, 'finished'> = { searchId, done: 0, total: hosts.length, found: [] };
    const tell = (finished: boolean, change: Partial<SearchProgress> = {}) => {
      last = { ...last, ...change };
      this.#parts.onProgress({ ...last, finished });
    };
    // Begins in a later turn, so that the caller knows the id before the first progress.
    await Promise.resolve();
    try {
      tell(false);
      const found = await searchHosts({
        hosts,
        port,
        trust,
        signal,
        onProgress: (progress) => tell(false, { ...progress, found: [...progress.found] }),
      });
      this.#running = undefined;
      tell(true, { done: hosts.length, found });
    } catch (thrown) {
      this.#running = undefined;
      tell(true, { error: toAppError(thrown) });
    }
  }
}

const uniqueHosts = (cidrs: readonly string[]): string[] => [...new Set(cidrs.flatMap(hostsIn))];
