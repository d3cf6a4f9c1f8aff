import { sameSerial } from '../../../shared/identity.ts';
import { type DeviceAddress, formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { FoundDevice } from '../../../shared/search.ts';
import { hasElapsed } from './elapsed.ts';

/** Milliseconds in which the subnets are not searched again unless somebody asks: at first, and at most. */
const FIRST_PAUSE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

/** Finds devices on the local subnets at a port; every one of them leads to a trusted Root CA. */
export type Search = (port: number, signal: AbortSignal) => Promise<readonly FoundDevice[]>;

interface LastSearch {
  readonly at: number;
  readonly found: Promise<readonly FoundDevice[]>;
  running: boolean;
  /** How long the next one waits: twice as long each time, since a device that is off is not found by searching. */
  pauseMs: number;
}

/** Looks for devices that changed their address, with one search for all of them. */
export class MovedDeviceFinder {
  readonly #search: Search;
  readonly #now: () => number;
  readonly #last = new Map<number, LastSearch>();

  constructor(search: Search, now: () => number) {
    this.#search = search;
    this.#now = now;
  }

  /**
   * Where the device of this pairing is now, if that is another address than the stored one. Identity is the
   * serial in a certificate that leads to the pairing's own Root CA, or, when the user asked and there is none, to
   * another trusted one; a device without a serial cannot be followed.
   *
   * @param asked true when the user asked, which searches at once
   */
  async find(
    { identity, address, trustAnchorFingerprint256 }: PairingRecord,
    asked: boolean,
    signal: AbortSignal,
  ): Promise<DeviceAddress | null> {
    if (identity.kind !== 'serial') return null;
    const found = await this.#recent(address.port, asked, signal);
    const namesakes = found.filter(
      (device) => device.identity.kind === 'serial' && sameSerial(device.identity.serial, identity.serial),
    );
    const own = namesakes.filter((device) => device.trustAnchorFingerprint256 === trustAnchorFingerprint256);
    // Under another Root CA it is only said to be the same: nobody follows it there unasked.
    const matches = own.length > 0 || !asked ? own : namesakes;
    const last = this.#last.get(address.port);
    if (last && matches.length > 0) last.pauseMs = FIRST_PAUSE_MS;
    // A device with two addresses is where it always was.
    if (matches.some((match) => formatAuthority(match.address) === formatAuthority(address))) return null;
    return matches[0]?.address ?? null;
  }

  #recent(port: number, asked: boolean, signal: AbortSignal): Promise<readonly FoundDevice[]> {
    const last = this.#last.get(port);
    const recent = last && !hasElapsed(this.#now(), last.at, last.pauseMs);
    if (last && (last.running || (recent && !asked))) return last.found;
    const pauseMs = asked || !last ? FIRST_PAUSE_MS : Math.min(2 * last.pauseMs, LONGEST_PAUSE_MS);
    const search: LastSearch = { at: this.#now(), found: this.#search(port, signal), running: true, pauseMs };
    this.#last.set(port, search);
    // One that failed is not tried again at once either: a thousand pairings would each try it.
    const ended = () => {
      search.running = false;
    };
    search.found.then(ended, ended);
    return search.found;
  }
}
