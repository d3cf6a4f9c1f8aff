import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Trust } from '../../electron/core/device/connection.ts';
import { hostsIn } from '../../electron/core/discovery/ranges.ts';
import {
  type SearchOptions,
  type SearchReport,
  searchHosts,
} from '../../electron/core/discovery/search-hosts.ts';
import {
  createVendorPki,
  type SimulatedDevice,
  type SimulatedDeviceOptions,
  type VendorPki,
} from '../simulator/device.ts';
import { impostorPki } from '../simulator/identity.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

const ALERT = 21;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER = 5;

let pki: VendorPki;
let trust: Trust;
let port: number;
let open: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  pki = await createVendorPki();
  const root = new X509Certificate(pki.root.certificatePem);
  trust = { rootCas: [{ root, intermediates: [] }], now: Date.now, knownPast: 0 };
});
afterEach(async () => {
  await Promise.all(open.map((host) => host.stop()));
  open = [];
});

/** The first host of a test takes any free port, the others take the same. */
const portToTake = () => (open.length === 0 ? 0 : port);

async function startDevice(host: string, options: SimulatedDeviceOptions = {}): Promise<SimulatedDevice> {
  const device = await startSimulatedDevice({ pki, host, port: portToTake(), ...options });
  open.push(device);
  port = device.port;
  return device;
}

/** A host that is no device: what it was sent, and its connections. */
class PlainHost {
  readonly sockets: Socket[] = [];
  readonly #received: Buffer[] = [];
  readonly #server: Server;

  constructor(onData: (socket: Socket) => void = () => {}) {
    this.#server = createServer((socket) => {
      this.sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        this.#received.push(bytes);
        onData(socket);
      });
    });
  }

  async start(host: string): Promise<this> {
    this.#server.listen(portToTake(), host);
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address !== null && typeof address === 'object') port = address.port;
    open.push(this);
    return this;
  }

  /** Content types of the TLS records that were sent, all of them complete; fails on anything else. */
  get records(): { type: number; body: Buffer }[] {
    const records: { type: number; body: Buffer }[] = [];
    for (let rest = Buffer.concat(this.#received); rest.length > 0; ) {
      const length = rest.length < RECORD_HEADER ? Number.NaN : rest.readUInt16BE(3);
      if (rest[1] !== 3 || !(rest.length >= RECORD_HEADER + length))
        throw new Error('something else than TLS');
      records.push({ type: rest[0] ?? 0, body: rest.subarray(RECORD_HEADER, RECORD_HEADER + length) });
      rest = rest.subarray(RECORD_HEADER + length);
    }
    return records;
  }

  /** Until every connection is closed. */
  async idle(): Promise<void> {
    await Promise.all(this.sockets.map((socket) => socket.closed || once(socket, 'close')));
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const hostsOf = (...last: number[]) => last.map((number) => `127.0.0.${number}`);

const search = (hosts: readonly string[], options: Partial<SearchOptions> = {}) =>
  searchHosts({ hosts, port, trust, signal: new AbortController().signal, ...options });

describe('searchHosts', () => {
  it('lists every device at its address, and sends them nothing but a handshake', async () => {
    const devices = [
      await startDevice('127.0.0.12', { serial: '1850000012' }),
      await startDevice('127.0.0.3', { serial: '1850000003' }),
      await startDevice('127.0.0.2', { serial: 'ABC-2' }),
    ];
    const found = await search(hostsIn('127.0.0.0/28'));
    expect(found.map(({ address, identity }) => ({ address, identity }))).toMatchObject([
      { address: { host: '127.0.0.2', port }, identity: { kind: 'serial', serial: 'ABC-2' } },
      { address: { host: '127.0.0.3', port }, identity: { kind: 'serial', serial: '1850000003' } },
      { address: { host: '127.0.0.12', port }, identity: { kind: 'serial', serial: '1850000012' } },
    ]);
    for (const device of devices) {
      const match = found.find(({ address }) => address.host === device.host);
      expect(match?.certificate.fingerprint256).toBe(device.certificateFingerprint);
      expect(match?.responseMs).toBeGreaterThanOrEqual(0);
      expect(device.connections).toHaveLength(1);
      await expect.poll(() => device.connections[0]?.handshake).toBe('completed');
      expect(device.connections[0]?.clientFingerprint).toBeNull();
      expect(device.received).toEqual([]);
    }
  });

  it('lists a device without a serial number by the address its certificate names', async () => {
    await startDevice('127.0.0.1', { fault: 'ip-san' });
    const found = await search(['127.0.0.1']);
    expect(found.map(({ identity }) => identity)).toMatchObject([{ kind: 'address', host: '127.0.0.1' }]);
  });

  it('lists nobody who cannot prove to be one of ours', async () => {
    await startDevice('127.0.0.2', { serial: '1850000002' });
    const others = [
      await startDevice('127.0.0.3', { pki: await impostorPki() }),
      await startDevice('127.0.0.4', { fault: 'wrong-issuer' }),
      await startDevice('127.0.0.5', { fault: 'self-signed' }),
      await startDevice('127.0.0.6', { fault: 'expired' }),
      await startDevice('127.0.0.7', { fault: 'not-yet-valid' }),
      await startDevice('127.0.0.8', { fault: 'no-server-auth-eku' }),
      await startDevice('127.0.0.9', { fault: 'no-identity' }),
      await startDevice('127.0.0.10', { fault: 'tls-1.1' }),
      await startDevice('127.0.0.11', { fault: 'plain-http' }),
      await startDevice('127.0.0.12', { fault: 'garbage' }),
      await startDevice('127.0.0.13', { fault: 'silence' }),
    ];
    const reports: SearchReport[] = [];
    const found = await search(hostsIn('127.0.0.0/28'), {
      limits: { handshakeMs: 1_000 },
      onProgress: (report) => reports.push(report),
    });
    expect(found.map(({ address }) => address.host)).toEqual(['127.0.0.2']);
    expect(reports.at(-1)).toEqual({ done: 14, total: 14, found });
    for (const other of others) {
      expect(other.connections, other.fault).toHaveLength(1);
      expect(other.received, other.fault).toEqual([]);
    }
  });

  it('goes by its own clock: a device whose certificate has ended by then is not listed', async () => {
    await startDevice('127.0.0.2');
    const later = { ...trust, now: () => Date.now() + 500 * 86_400_000 };
    expect(await search(['127.0.0.2'], { trust: later })).toEqual([]);
    expect(await search(['127.0.0.2'])).toHaveLength(1);
  });

  it('sends a silent host one ClientHello, and gives up on it', async () => {
    await startDevice('127.0.0.2');
    const silent = await new PlainHost().start('127.0.0.3');
    const found = await search(hostsOf(3, 2), { limits: { handshakeMs: 1_000 } });
    expect(found).toHaveLength(1);
    await silent.idle();
    expect(silent.sockets).toHaveLength(1);
    const [hello, ...more] = silent.records;
    expect(more).toEqual([]);
    expect(hello?.type).toBe(HANDSHAKE);
    expect(hello?.body[0]).toBe(CLIENT_HELLO);
    // One handshake message and nothing behind it.
    expect(hello?.body.readUIntBE(1, 3)).toBe((hello?.body.length ?? 0) - 4);
    // No host name is announced (RFC 6066), so nobody learns what is looked for.
    expect(hello?.body.includes('127.0.0.3')).toBe(false);
    expect(hello?.body.includes('cybs')).toBe(false);
  });

  it('sends hosts that speak something else a handshake, at most with an alert', async () => {
    await startDevice('127.0.0.2');
    const http = await new PlainHost((socket) =>
      socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
    ).start('127.0.0.3');
    const hangsUp = await new PlainHost((socket) => socket.end()).start('127.0.0.4');
    const cuts = await new PlainHost((socket) => socket.resetAndDestroy()).start('127.0.0.5');
    expect(await search(hostsOf(2, 3, 4, 5))).toHaveLength(1);
    for (const host of [http, hangsUp, cuts]) {
      await host.idle();
      expect(host.sockets).toHaveLength(1);
      const [hello, ...more] = host.records;
      expect(hello?.type).toBe(HANDSHAKE);
      expect(hello?.body[0]).toBe(CLIENT_HELLO);
      expect(more.filter(({ type }) => type !== ALERT)).toEqual([]);
    }
  });

  it('can be cancelled midway: tells so, and closes every connection', async () => {
    await startDevice('127.0.0.2');
    const silent = await new PlainHost().start('127.0.0.3');
    const cancel = new AbortController();
    const reports: SearchReport[] = [];
    const running = search(hostsOf(2, 3, 4), {
      signal: cancel.signal,
      limits: { handshakeMs: 60_000 },
      onProgress: (report) => {
        reports.push(report);
        if (report.found.length === 1) cancel.abort();
      },
    });
    await expect(running).rejects.toThrow('cancelled');
    await silent.idle();
    const told = reports.length;
    expect(reports.at(-1)).toMatchObject({ done: 2, total: 3 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(reports).toHaveLength(told);
  });

  it('does not begin when it is cancelled already', async () => {
    const device = await startDevice('127.0.0.2');
    await expect(search(['127.0.0.2'], { signal: AbortSignal.abort() })).rejects.toThrow('cancelled');
    expect(device.connections).toEqual([]);
  });

  it('tries each host once', async () => {
    const device = await startDevice('127.0.0.2');
    expect(await search(hostsOf(2, 2, 2))).toHaveLength(1);
    expect(device.connections).toHaveLength(1);
  });

  it('tries no more hosts at once than it may', async () => {
    const everywhere = await new PlainHost().start('0.0.0.0');
    const cancel = new AbortController();
    const running = search(hostsIn('127.9.9.0/27'), {
      signal: cancel.signal,
      limits: { concurrency: 5, handshakeMs: 60_000 },
    });
    running.catch(() => {});
    await expect.poll(() => everywhere.records.length).toBe(5);
    cancel.abort();
    await expect(running).rejects.toThrow('cancelled');
    await everywhere.idle();
    expect(everywhere.sockets).toHaveLength(5);
  });

  it('goes on with the next host when one is done', async () => {
    const everywhere = await new PlainHost().start('0.0.0.0');
    expect(await search(hostsIn('127.9.9.0/27'), { limits: { concurrency: 5, handshakeMs: 50 } })).toEqual(
      [],
    );
    await everywhere.idle();
    expect(everywhere.sockets).toHaveLength(30);
  });

  it('reports what it has done so far, in order, up to all hosts', async () => {
    await startDevice('127.0.0.2');
    await new PlainHost().start('127.0.0.3');
    const reports: SearchReport[] = [];
    await search(hostsIn('127.0.0.0/24'), {
      limits: { handshakeMs: 500 },
      onProgress: (report) => reports.push(report),
    });
    expect(reports.length).toBeGreaterThan(1);
    expect(reports.map(({ done }) => done)).toEqual(
      reports.map(({ done }) => done).toSorted((a, b) => a - b),
    );
    expect(reports.at(-1)).toMatchObject({ done: 254, total: 254 });
    expect(await search([], { onProgress: (report) => reports.push(report) })).toEqual([]);
    expect(reports.at(-1)).toEqual({ done: 0, total: 0, found: [] });
  });

  it('is not warned about leaking listeners', async () => {
    await startDevice('127.0.0.2');
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    await search(hostsIn('127.0.0.0/24'));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

/** What a search by a real process with so few file descriptors left comes to. */
async function searchWith(descriptors: number): Promise<unknown> {
  const script = resolve(import.meta.dirname, '../support/search-in-shortage.ts');
  const command = [process.execPath, '--import', 'tsx', script, '127.0.0.0/24', port, descriptors];
  const search = spawn('sh', ['-c', 'ulimit -n 256 && exec "$@"', 'sh', ...command.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  search.stdin.end(pki.root.certificatePem);
  return await json(search.stdout);
}

describe.skipIf(process.platform === 'win32')('when this computer runs short of connections', () => {
  it('a search takes longer and misses nobody', async () => {
    await startDevice('127.0.0.254', { serial: '1850000254' });
    await startDevice('127.0.0.2', { serial: '1850000002' });
    expect(await searchWith(5)).toEqual({ found: ['127.0.0.2', '127.0.0.254'] });
  });

  it('a search that cannot even try one host is given up', async () => {
    await startDevice('127.0.0.254');
    expect(await searchWith(0)).toEqual({ error: 'internal' });
  });
});
