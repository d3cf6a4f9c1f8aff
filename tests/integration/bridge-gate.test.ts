import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BridgeStore } from '../../electron/core/bridge/bridge-store.ts';
import { Bridges } from '../../electron/core/bridge/bridges.ts';
import { failure, toAppError } from '../../electron/core/failure.ts';
import { later } from '../../electron/core/later.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { bridgeCloseCode } from '../../shared/bridge-close-codes.ts';
import { createVendorPki, type VendorPki } from '../simulator/device.ts';
import { bridgeRig, choice, SERIAL, till } from '../support/bridge-rig.ts';
import { issuePair } from '../support/issued.ts';
import { startRecordingDevice } from '../support/recording-device.ts';

const PAGE = 'https://till.example.com';
let pki: VendorPki;
let issued: Awaited<ReturnType<typeof issuePair>>;
let device: Awaited<ReturnType<typeof startRecordingDevice>>;
let rig: Awaited<ReturnType<typeof bridgeRig>>;
let token: string;

beforeAll(async () => {
  pki = await createVendorPki();
  issued = await issuePair(pki, SERIAL);
});
beforeEach(async () => {
  device = await startRecordingDevice(issued.device, pki);
  rig = await bridgeRig(pki, issued, device.address);
  token = await rig.switchOn({ origins: PAGE });
});
afterEach(async () => {
  await rig.bridges.close();
  await device.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A plain request; headers exactly as given. */
function ask(
  headers: Record<string, string>,
  { method = 'GET', path = '/status' }: { method?: string; path?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: rig.port(), path, method, headers, agent: false },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    request.on('error', reject);
    request.end();
  });
}

const bearer = (text = token) => ({ Authorization: `Bearer ${text}` });
const wrong = () => `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;

/** How an upgrade is answered: 101, or the status it is refused with. */
function upgradeStatus(headers: Record<string, string>, protocols: string[] = []): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${rig.port()}/`, protocols, { headers });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => {});
    socket.on('open', () => {
      socket.on('close', () => resolve(101));
      socket.close();
    });
  });
}

describe('the token', () => {
  it('has 256 bits, is shown once and kept only as a hash', () => {
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const stored = [...rig.documents.files].map(([name, text]) => `${name} ${text}`).join('\n');
    expect(stored).not.toContain(token);
    expect(stored).toContain('bridges/');
    expect(JSON.stringify([rig.news, rig.view()])).not.toContain(token);
  });

  it('lets in by the header, or by a subprotocol that is not repeated', async () => {
    expect(await upgradeStatus(bearer())).toBe(101);
    const socket = new WebSocket(`ws://127.0.0.1:${rig.port()}/`, ['pos-pairing', `token.${token}`]);
    await new Promise((resolve) => socket.once('open', resolve));
    expect(socket.protocol).toBe('pos-pairing');
    socket.close();
    await new Promise((resolve) => socket.once('close', resolve));
  });

  it.each([
    ['none', () => ({}), []],
    ['another one', () => bearer(wrong()), []],
    ['a part of it', () => bearer(token.slice(0, -1)), []],
    ['another scheme', () => ({ Authorization: `Basic ${token}` }), []],
    ['a subprotocol without the bridge’s own', () => ({}), ['token.x']],
  ])('%s is refused', async (_name, headers, protocols) => {
    expect(await upgradeStatus(headers(), protocols)).toBe(401);
    expect(device.channels).toBe(0);
  });

  it('when replaced lets nobody in any more, and disconnects who came with it', async () => {
    const one = till(rig.port(), token);
    await one.opened();
    const { token: fresh } = await rig.bridges.replaceToken(rig.id);
    expect((await one.ended).code).toBe(bridgeCloseCode('not-handed-over', 'bridge-ended'));
    expect(await upgradeStatus(bearer())).toBe(401);
    expect(await upgradeStatus(bearer(fresh))).toBe(101);
    expect(rig.news.filter(({ type }) => type === 'bridge-token-replaced')).toHaveLength(1);
  });

  it('guessed five times locks who guesses, and is told; a request without one is no guess', async () => {
    const connected = till(rig.port(), token);
    await connected.opened();
    for (let count = 0; count < 10; count += 1) expect((await ask({})).status).toBe(401);
    for (let count = 0; count < 5; count += 1) expect((await ask(bearer(wrong()))).status).toBe(401);
    const locked = await ask(bearer(wrong()));
    expect(locked.status).toBe(429);
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(5);
    expect(await upgradeStatus(bearer(wrong()))).toBe(429);
    expect((await ask({})).status).toBe(401);
    expect(rig.news).toContainEqual(expect.objectContaining({ type: 'bridge-locked', forMs: 10_000 }));
    expect(Date.parse(rig.view().lockedUntil ?? '')).toBeGreaterThan(Date.now());
    // Who is in stays in.
    connected.socket.send('still here');
    while (device.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await connected.close();
  });

  it('that is right is let in while wrong ones are locked out, and does not let those in', async () => {
    for (let count = 0; count < 5; count += 1) await ask(bearer(wrong()));
    const { lockedUntil } = rig.view();
    const real = till(rig.port(), token);
    await real.opened();
    expect((await ask(bearer())).status).toBe(200);
    await real.close();
    expect(await upgradeStatus(bearer())).toBe(101);
    expect((await ask(bearer(wrong()))).status).toBe(429);
    expect(lockedUntil).not.toBeNull();
    expect(rig.news.filter(({ type }) => type === 'bridge-locked')).toHaveLength(1);
  });

  it('when replaced ends the lock-out of the old one', async () => {
    for (let count = 0; count < 5; count += 1) await ask(bearer(wrong()));
    await rig.bridges.replaceToken(rig.id);
    expect(rig.view().lockedUntil).toBeNull();
    expect((await ask(bearer())).status).toBe(401);
  });
});

describe('the origin', () => {
  it('of a page must be on the list, exactly', async () => {
    expect(await upgradeStatus({ ...bearer(), Origin: PAGE })).toBe(101);
    for (const origin of [
      'https://evil.example.com',
      'http://till.example.com',
      `${PAGE}:8443`,
      `${PAGE}.evil.example`,
      'https://TILL.example.com',
      'null',
      'file://',
    ])
      expect([origin, await upgradeStatus({ ...bearer(), Origin: origin })]).toEqual([origin, 403]);
    expect(device.channels).toBe(1);
  });

  it('that is taken off the list disconnects its page, and no other change does', async () => {
    const origins = 'https://till.example https://other.example';
    await rig.bridges.configure(rig.id, choice({ port: String(rig.port()), origins }));
    const page = till(rig.port(), token, { headers: { Origin: 'https://till.example' } });
    await page.opened();
    const change = (left: string) =>
      rig.bridges.configure(rig.id, choice({ port: String(rig.port()), origins: left }));
    await change('https://till.example');
    page.socket.send('still here');
    while (device.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await change('https://other.example');
    expect((await page.ended).code).toBe(bridgeCloseCode('outcome-unknown', 'bridge-ended'));
  });

  it('is demanded of a browser, and wrong tokens of other pages lock nobody out', async () => {
    expect((await ask({ ...bearer(), 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    for (let count = 0; count < 20; count += 1)
      expect((await ask({ ...bearer(wrong()), Origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask(bearer())).status).toBe(200);
  });

  it('of the list may ask before it asks: Private Network Access, and no other', async () => {
    const preflight = (origin: string, more: Record<string, string> = {}) =>
      ask(
        {
          Origin: origin,
          'Access-Control-Request-Method': 'GET',
          'Access-Control-Request-Headers': 'authorization',
          'Access-Control-Request-Private-Network': 'true',
          ...more,
        },
        { method: 'OPTIONS' },
      );
    expect(await preflight(PAGE)).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': PAGE,
        'access-control-allow-headers': 'authorization',
        'access-control-allow-private-network': 'true',
        vary: 'Origin',
      },
    });
    for (const refused of [
      await preflight('https://evil.example'),
      await preflight(PAGE, { Host: `evil.example:${rig.port()}` }),
    ]) {
      expect(refused.status).toBe(403);
      expect(Object.keys(refused.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('the Host', () => {
  it('is a loopback name with the port', async () => {
    const port = rig.port();
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, `LOCALHOST:${port}`])
      expect([host, (await ask({ ...bearer(), Host: host })).status]).toEqual([host, 200]);
    for (const host of [
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      'localhost',
      `localhost:${port + 1}`,
      `0.0.0.0:${port}`,
      `127.0.0.2:${port}`,
    ])
      expect([host, (await ask({ ...bearer(), Host: host })).status]).toEqual([host, 403]);
    expect(await upgradeStatus({ ...bearer(), Host: `evil.example:${port}` })).toBe(403);
  });
});

describe('the status', () => {
  it('is told to who has the token, and to a page that it may read', async () => {
    const answer = await ask({ ...bearer(), Origin: PAGE });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(JSON.parse(answer.body)).toEqual({ state: 'ready', reason: null, till: null, lastTill: null });
    expect((await ask({})).status).toBe(401);
    expect((await ask(bearer(), { path: '/' })).status).toBe(404);
    expect((await ask(bearer(), { method: 'POST' })).status).toBe(404);
  });

  it('is busy while a till is connected', async () => {
    const one = till(rig.port(), token);
    await one.opened();
    expect(JSON.parse((await ask(bearer())).body)).toMatchObject({
      state: 'busy',
      reason: 'bridge-till-connected',
      till: { connected: true, fromTill: 0 },
    });
    await one.close();
  });
});

describe('the port', () => {
  it('is reached over IPv4 and IPv6 loopback alone', async () => {
    const six = till(rig.port(), token, { host: '[::1]' });
    await six.opened();
    await six.close();
    const { networkInterfaces } = await import('node:os');
    const outside = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of [...outside, { address: '127.0.0.2' }]) {
      const outcome = await new Promise((resolve) => {
        const socket = connect({ host: address, port: rig.port(), timeout: 2_000 });
        socket.on('connect', () => resolve('connected'));
        socket.on('error', () => resolve('refused'));
        socket.on('timeout', () => resolve('refused'));
      });
      expect([address, outcome]).toEqual([address, 'refused']);
    }
  });

  it('that was free is kept from then on', async () => {
    const port = rig.port();
    expect(port).toBeGreaterThan(1023);
    await rig.bridges.configure(rig.id, choice({ on: false, port: String(port) }));
    await rig.bridges.configure(rig.id, choice({ port: String(port) }));
    expect(rig.port()).toBe(port);
  });

  it('that another program has is a clear error, and no other is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const bound = other.address();
    const taken = typeof bound === 'object' && bound ? bound.port : 0;
    const before = rig.view().settings;
    const thrown = await rig.bridges
      .configure(rig.id, choice({ port: String(taken), origins: PAGE }))
      .catch(toAppError);
    expect(thrown).toMatchObject({ code: 'bridge-port-in-use', params: { port: String(taken) } });
    // As it was, and listening.
    expect(rig.view()).toMatchObject({ state: 'ready', settings: before });
    expect(await upgradeStatus(bearer())).toBe(101);
    await new Promise((resolve) => other.close(resolve));
  });

  it('that is taken at the start is told, and tried again', async () => {
    const port = rig.port();
    await rig.bridges.close();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    let now = Date.now();
    const again = new Bridges({
      context: { ...rig.context, now: () => now },
      store: new BridgeStore(rig.documents, new StorageNotices()),
      autostart: undefined,
      statusOf: () => undefined,
      onTillConnected: () => {},
      onTillLeft: () => {},
      authorize: () => {},
      heartbeat: { everyMs: 15_000, pongWithinMs: 10_000 },
      random: () => 0.1,
      later,
      tell: () => {},
    });
    await again.start();
    expect(again.view(rig.id)).toMatchObject({ state: 'failed', reason: { code: 'bridge-port-in-use' } });
    await new Promise((resolve) => other.close(resolve));
    again.tick();
    now += 31_000;
    again.tick();
    while (again.view(rig.id).state !== 'ready') await new Promise((resolve) => setTimeout(resolve, 5));
    const one = till(port, token);
    await one.opened();
    await one.close();
    await again.close();
  });
});

it('1,000 connections do not disturb the till', async () => {
  device.onMessage((text, channel) => channel.send(text));
  const one = till(rig.port(), token);
  await one.opened();
  const sockets: Socket[] = [];
  const over = Array.from(
    { length: 1_000 },
    (_, index) =>
      new Promise<void>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: rig.port() });
        sockets.push(socket);
        socket.resume();
        socket.on('error', () => resolve());
        socket.on('close', () => resolve());
        socket.on('connect', () => {
          if (index % 2 === 0) socket.write('GET / HTTP/1.1\r\n');
          else
            socket.write(
              `GET / HTTP/1.1\r\nHost: localhost:${rig.port()}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
            );
        });
      }),
  );
  for (let count = 0; count < 50; count += 1) {
    one.socket.send(String(count));
    while (one.received.length <= count) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(one.received).toHaveLength(50);
  // Those that never finish their request are ended by the bridge itself.
  await Promise.all(over);
  expect(sockets.every(({ destroyed }) => destroyed)).toBe(true);
  await one.close();
  expect(await upgradeStatus(bearer())).toBe(101);
  expect(device.channels).toBe(2);
}, 60_000);

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (thrown) => toAppError(thrown).code,
  );

describe('what was chosen', () => {
  it.each([
    [{ port: '80' }, 'bridge-port-invalid'],
    [{ port: 'x' }, 'bridge-port-invalid'],
    [{ origins: 'https://*.example.com' }, 'bridge-origin-invalid'],
    [{ origins: 'https://till.example.com/path' }, 'bridge-origin-invalid'],
    [{ messageLimitKib: '63' }, 'bridge-limit-invalid'],
    [{ messageLimitKib: '16385' }, 'bridge-limit-invalid'],
  ])('%j is refused', async (change, code) => {
    const before = rig.view().settings;
    expect(await codeOf(rig.bridges.configure(rig.id, choice(change)))).toBe(code);
    expect(rig.view().settings).toEqual(before);
  });

  it('needs somebody who may', async () => {
    const locked = await bridgeRig(pki, issued, device.address, {
      authorize: () => {
        throw failure('busy', 'not you');
      },
    });
    expect(await codeOf(locked.bridges.configure(locked.id, choice()))).toBe('busy');
    expect(await codeOf(locked.bridges.replaceToken(locked.id))).toBe('busy');
    expect(() => locked.bridges.setStartsWithComputer(true)).toThrow('busy');
    expect(locked.view().state).toBe('off');
  });

  it('goes with its pairing', async () => {
    const one = till(rig.port(), token);
    await one.opened();
    rig.vault.remove(rig.id);
    await rig.bridges.pairingRemoved(rig.id);
    expect((await one.ended).code).toBe(bridgeCloseCode('not-handed-over', 'bridge-ended'));
    expect([...rig.documents.files.keys()].filter((name) => name.startsWith('bridges/'))).toEqual([]);
    expect(rig.bridges.isAnyOn).toBe(false);
  });

  it('that is damaged is set aside, and the bridge is off', async () => {
    await rig.bridges.close();
    rig.documents.files.set(`bridges/${rig.id}`, '{"version":1,"settings":{"on":true}}');
    const notices = new StorageNotices();
    const store = new BridgeStore(rig.documents, notices);
    expect(store.get(rig.id).settings.on).toBe(false);
    expect(notices.all).toMatchObject([{ kind: 'damaged', what: 'bridge' }]);
    rig.documents.files.set(`bridges/${rig.id}`, '{"version":2}');
    const newer = new StorageNotices();
    const untouched = new BridgeStore(rig.documents, newer);
    expect(newer.all).toMatchObject([{ kind: 'newer-version', what: 'bridge' }]);
    expect(() => untouched.save(rig.id, store.get(rig.id))).toThrow('storage-failed');
  });
});
