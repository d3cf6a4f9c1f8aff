import { once, setMaxListeners } from 'node:events';
import { connect, isIPv4, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { DeviceAddress } from '../../../shared/inputs.ts';
import type { FoundDevice } from '../../../shared/search.ts';
import { openConnection, type Trust } from '../device/connection.ts';
import { endedFailure, withDeadline } from '../device/deadline.ts';
import { failure } from '../failure.ts';
import { summarize } from '../pki/certificate.ts';
import { addressNumber } from './ranges.ts';

interface SearchLimits {
  /** Hosts that are tried at the same time. */
  readonly concurrency: number;
  /** Milliseconds in which a host must accept a TCP connection. */
  readonly connectMs: number;
  /** Milliseconds for one TLS connection to a host that did. */
  readonly handshakeMs: number;
}

/**
 * An absent host does not answer at all, not even to ARP, so the deadline alone decides how long a search takes.
 * It leaves room for the second packet the operating system sends after one second (RFC 6298 section 2), since
 * the first one may be lost or find a device asleep on Wi-Fi. A whole /24 is tried at once.
 */
const DEFAULT_LIMITS: SearchLimits = { concurrency: 256, connectMs: 1_500, handshakeMs: 2_500 };

/** Milliseconds between two reports. */
const PROGRESS_EVERY_MS = 100;

/** Packets to absent hosts become broadcasts (ARP), which cheap access points drop when too many come at once. */
const BURST = { hosts: 32, pauseMs: 10 };

/** Milliseconds for a device to take note that the connection is closed. */
const GOODBYE_MS = 250;

const SHORTAGE = {
  /** `connect(2)`, `socket(2)`: no descriptors, buffers, neighbour entries or ports left for now. */
  codes: new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAGAIN', 'EADDRNOTAVAIL']),
  pauseMs: 100,
  /** Pauses in a row after which not one connection could be tried: the search is given up. */
  most: 50,
};

export interface SearchReport {
  /** Hosts that are dealt with, of all. */
  readonly done: number;
  readonly total: number;
  /** By address. */
  readonly found: readonly FoundDevice[];
}

export interface SearchOptions {
  /** IP addresses. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly trust: Trust;
  readonly signal: AbortSignal;
  /** Called at most ten times a second, at the first device, and at the end. */
  readonly onProgress?: (report: SearchReport) => void;
  readonly limits?: Partial<SearchLimits>;
}

type Probe = Socket | 'closed' | 'shortage';

/** Whether a host accepts a TCP connection. Sends no data. */
function probe(address: DeviceAddress, connectMs: number, signal: AbortSignal): Promise<Probe> {
  return new Promise((resolve) => {
    const socket = connect({ ...address, noDelay: true, timeout: connectMs });
    let settled = false;
    const settle = (outcome: Probe) => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      socket.setTimeout(0);
      if (outcome !== socket) socket.destroy();
      resolve(outcome);
    };
    const onAbort = () => settle('closed');
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => settle(socket));
    // Timers come before the network in a turn of the event loop: after a turn that took long, the answer may be
    // there and only not have been told yet.
    socket.once('timeout', () => setImmediate(settle, 'closed'));
    // Stays for the life of the socket, which may break at any time.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      settle(SHORTAGE.codes.has(error.code ?? '') ? 'shortage' : 'closed'),
    );
  });
}

/** Lets the other end finish its side of the handshake, so that a device does not note a failed one. */
async function sayGoodbye(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  socket.resume();
  socket.end();
  await once(socket, 'close', { signal: withDeadline(signal, GOODBYE_MS) }).catch(() => {});
}

/** The device at the other end, or null when whoever is there cannot prove to be one. Closes the connection. */
async function identify(
  tcp: Socket,
  address: DeviceAddress,
  trust: Trust,
  deadline: AbortSignal,
): Promise<FoundDevice | null> {
  const started = performance.now();
  try {
    const connection = await openConnection({ address, trust, tcp, signal: deadline });
    const { socket, certificate, identity, rootCa } = connection;
    const responseMs = Math.round(performance.now() - started);
    const device = {
      address,
      identity,
      certificate: summarize(certificate),
      trustAnchorFingerprint256: rootCa.root.fingerprint256,
      responseMs,
    };
    await sayGoodbye(socket, deadline);
    return device;
  } catch {
    // Also when its certificate is so strange that reading it fails: one such host must not end the search.
    return null;
  } finally {
    tcp.destroy();
  }
}

function byAddress({ address: a }: FoundDevice, { address: b }: FoundDevice): number {
  if (isIPv4(a.host) && isIPv4(b.host)) return addressNumber(a.host) - addressNumber(b.host);
  return a.host < b.host ? -1 : 1;
}

/** One search, for {@link searchHosts}. */
class Scan {
  readonly #options: SearchOptions;
  readonly #limits: SearchLimits;
  readonly #queue: string[];
  readonly #total: number;
  readonly #found: FoundDevice[] = [];
  readonly #running = new Set<Promise<void>>();
  /** Ends all that is under way: by the user, or by an error nobody foresaw. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #onHostDone: () => void = () => {};
  #onFirstFound: () => void = () => {};
  #concurrency: number;
  #shortages = 0;
  #resumeAt = 0;
  #done = 0;
  #error: unknown;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#concurrency = this.#limits.concurrency;
    this.#queue = [...new Set(options.hosts)];
    this.#total = this.#queue.length;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
    // Each connection listens to it.
    setMaxListeners(0, this.#signal);
  }

  async run(): Promise<FoundDevice[]> {
    const { signal } = this.#options;
    let reported = -1;
    const report = () => {
      if (reported === this.#done) return;
      reported = this.#done;
      this.#options.onProgress?.({ done: this.#done, total: this.#total, found: this.#sorted() });
    };
    const reports = setInterval(report, PROGRESS_EVERY_MS);
    this.#onFirstFound = report;
    try {
      await this.#launchAll();
    } finally {
      clearInterval(reports);
      this.#stop.abort();
      await Promise.all(this.#running);
    }
    if (this.#error) throw this.#error;
    if (signal.aborted) throw endedFailure(signal, 'the search');
    report();
    return this.#sorted();
  }

  /** Until the queue is empty and nothing runs that could put a host back into it. */
  async #launchAll(): Promise<void> {
    let inBurst = 0;
    while (!this.#signal.aborted && (this.#queue.length > 0 || this.#running.size > 0)) {
      const pauseMs = Math.max(
        this.#resumeAt - performance.now(),
        inBurst === BURST.hosts ? BURST.pauseMs : 0,
      );
      const host = this.#running.size < this.#concurrency ? this.#queue[0] : undefined;
      if (host === undefined) {
        await new Promise<void>((resolve) => {
          this.#onHostDone = resolve;
        });
      } else if (pauseMs > 0) {
        inBurst = 0;
        await delay(pauseMs, undefined, { signal: this.#signal }).catch(() => {});
      } else {
        inBurst += 1;
        this.#queue.shift();
        this.#launch(host);
      }
    }
  }

  #launch(host: string): void {
    const task = this.#look(host)
      .catch((thrown: unknown) => {
        this.#error ??= thrown;
        this.#stop.abort();
      })
      .finally(() => {
        this.#running.delete(task);
        this.#onHostDone();
      });
    this.#running.add(task);
  }

  async #look(host: string): Promise<void> {
    const { port, trust } = this.#options;
    const { concurrency, connectMs, handshakeMs } = this.#limits;
    const address = { host, port };
    const outcome = await probe(address, connectMs, this.#signal);
    if (outcome === 'shortage') return this.#putBack(host);
    this.#shortages = 0;
    // One more at once for each round that went well.
    this.#concurrency = Math.min(concurrency, this.#concurrency + 1 / this.#concurrency);
    let isFirst = false;
    if (outcome !== 'closed') {
      const device = await identify(outcome, address, trust, withDeadline(this.#signal, handshakeMs));
      isFirst = device !== null && this.#found.push(device) === 1;
    }
    this.#done += 1;
    // Often it is the one that is looked for, so it does not wait for the next report.
    if (isFirst) this.#onFirstFound();
  }

  /** The computer itself is at its limit: later, and with half as many at once. */
  #putBack(host: string): void {
    this.#queue.push(host);
    // Connections that were opened together fail together: that is one shortage.
    if (performance.now() < this.#resumeAt) return;
    this.#shortages += 1;
    if (this.#shortages > SHORTAGE.most)
      throw failure('internal', 'this computer has no network connections left for a search');
    this.#concurrency = Math.max(1, Math.floor(this.#running.size / 2));
    this.#resumeAt = performance.now() + SHORTAGE.pauseMs;
  }

  #sorted(): FoundDevice[] {
    return this.#found.toSorted(byAddress);
  }
}

/**
 * Looks for devices: hosts that accept a connection at `port` and whose certificate leads to a trust anchor. To
 * any other host nothing but a TLS handshake is sent. Throws {@link Failure} `cancelled` and `timed-out` when the
 * signal ends it, and `internal` when this computer cannot open more connections.
 */
export const searchHosts = (options: SearchOptions): Promise<FoundDevice[]> => new Scan(options).run();
