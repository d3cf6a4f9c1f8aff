import type { FoundDevice } from '../../shared/discovery.ts';
import { type DeviceAddress, formatAuthority, sameSerial } from '../../shared/inputs.ts';
import type { PairingRecord } from '../../shared/pairing.ts';

/** Milliseconds in which the subnets are not searched again unless somebody asks. */
const SEARCH_PAUSE_MS = 5 * 60_000;

/** Finds devices on the local subnets at a port; every one of them is verified against the trust anchor. */
export type Search = (port: number, signal: AbortSignal) => Promise<readonly FoundDevice[]>;

interface LastSearch {
  readonly at: number;
  readonly found: Promise<readonly FoundDevice[]>;
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
   * serial in a certificate that leads to the trust anchor; a device without a serial cannot be followed.
   *
   * @param asked true when the user asked, which searches at once
   */
  async find(
    { identity, address }: PairingRecord,
    asked: boolean,
    signal: AbortSignal,
  ): Promise<DeviceAddress | null> {
    if (identity.kind !== 'serial') return null;
    const found = await this.#recent(address.port, asked, signal);
    const match = found.find(
      (device) => device.identity.kind === 'serial' && sameSerial(device.identity.serial, identity.serial),
    );
    return match && formatAuthority(match.address) !== formatAuthority(address) ? match.address : null;
  }

  #recent(port: number, asked: boolean, signal: AbortSignal): Promise<readonly FoundDevice[]> {
    const last = this.#last.get(port);
    if (last && !asked && this.#now() - last.at < SEARCH_PAUSE_MS) return last.found;
    const found = this.#search(port, signal);
    this.#last.set(port, { at: this.#now(), found });
    // A search that failed tells nothing and is not remembered.
    found.catch(() => this.#last.delete(port));
    return found;
  }
}
