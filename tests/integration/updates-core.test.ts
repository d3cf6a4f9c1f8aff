import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Core, type CoreParts, createCore } from '../../electron/core/core.ts';
import { failure } from '../../electron/core/failure.ts';
import type { News } from '../../electron/core/news.ts';
import type { Policy } from '../../electron/core/policy/policy-schema.ts';
import type { UpdateSource } from '../../electron/core/updates/update-source.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { choice, till } from '../support/bridge-rig.ts';
import { CORE_PARTS, requestFor, trustAll } from '../support/core.ts';
import { CHEAP_SCRYPT } from '../support/manager.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { MemoryCipher, MemoryDocuments } from '../support/vault.ts';

let folder: string;
let device: SimulatedDevice;
let documents: MemoryDocuments;
let news: News[];
let listeners: ((each: News) => void)[];
let running: Core[];
/** By what address the core has asked for a source. */
let opened: (string | undefined)[];
/** Fetches that are under way. */
let fetches: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'updates-core-'));
  documents = new MemoryDocuments();
  news = [];
  listeners = [];
  running = [];
  opened = [];
  fetches = 0;
});
afterEach(async () => {
  for (const core of running) await core.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A version that is there at once, whose package takes until it is broken off, or done. */
const source = (done: Promise<void>): UpdateSource => ({
  look: async () => '1.1.0',
  fetch: async (_onPercent, signal) => {
    fetches += 1;
    const ended = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(failure('cancelled', 'ended')));
    });
    await Promise.race([done, ended]).finally(() => {
      fetches -= 1;
    });
  },
  recheck: async () => {},
  install: async () => {},
});

function start({
  policy,
  done = Promise.resolve(),
  ...more
}: Partial<CoreParts> & { policy?: Policy; done?: Promise<void> } = {}) {
  const core = createCore({
    documents,
    historyFolder: folder,
    cipher: new MemoryCipher(),
    ...CORE_PARTS,
    scrypt: CHEAP_SCRYPT,
    openUpdates: (feed) => {
      opened.push(feed);
      return source(done);
    },
    ...(policy && { readPolicy: () => ({ kind: 'found' as const, place: '/etc/policy.json', policy }) }),
    ...more,
    tell: (each) => {
      news.push(each);
      for (const listener of listeners) listener(each);
    },
  });
  running.push(core);
  return core;
}

const stateOf = (core: Core) => core.updates.view?.now.state;
const settled = (core: Core, state: string) => vi.waitFor(() => expect(stateOf(core)).toBe(state), 10_000);
const told = (type: News['type']) =>
  new Promise<News>((resolve) => {
    const listener = (each: News) => {
      if (each.type !== type) return;
      listeners = listeners.filter((other) => other !== listener);
      resolve(each);
    };
    listeners.push(listener);
  });

async function pair(core: Core) {
  await trustAll(core, device.rootCaPem);
  const ended = told('pairing-ended');
  core.pairing.start(requestFor(device));
  const end = await ended;
  if (end.type !== 'pairing-ended' || !end.end.stored) throw new Error('not paired');
  return end.end.stored;
}

describe('an update waits', () => {
  beforeEach(async () => {
    device = await startSteadyDevice();
  });
  afterEach(() => device.stop());

  it('for a pairing: what is fetched is broken off as it begins, and fetched when it has ended', async () => {
    const core = start({ done: new Promise(() => {}) });
    await trustAll(core, device.rootCaPem);
    await core.updates.look();
    await settled(core, 'fetching');
    const ended = told('pairing-ended');
    const progress = told('pairing-progress');
    core.pairing.start(requestFor(device));
    await progress;
    await settled(core, 'found');
    expect(core.updates.view?.obstacle).toBe('pairing');
    expect(fetches).toBe(0);
    await ended;
    await settled(core, 'fetching');
    expect(core.updates.view?.obstacle).toBeNull();
  });

  it('for a bridge that is switched on, and for the till on it', async () => {
    const core = start();
    const { id } = await pair(core);
    const { token } = await core.bridges.configure(id, choice());
    expect(await core.updates.look()).toMatchObject({ obstacle: 'bridge', now: { state: 'found' } });
    const port = core.bridges.view(id).settings.port ?? 0;
    const connected = till(port, token ?? '');
    await vi.waitFor(() => expect(core.bridges.isTillConnected).toBe(true), 10_000);
    expect(core.updates.view).toMatchObject({ obstacle: 'till', now: { state: 'found' } });
    (await connected).socket.close();
    await vi.waitFor(() => expect(core.updates.view?.obstacle).toBe('bridge'), 10_000);
    expect(fetches).toBe(0);
    await core.bridges.configure(id, choice({ on: false }));
    await settled(core, 'ready');
    expect(core.updates.view?.obstacle).toBeNull();
    // And it is not installed either, once one is there again.
    await core.bridges.configure(id, choice());
    await expect(core.updates.install()).rejects.toMatchObject({
      appError: { code: 'update-busy', detail: 'bridge' },
    });
  });

  it('for a bridge that is served without being kept', async () => {
    const core = start();
    const { id } = await pair(core);
    const served = await core.bridges.serve(id, { ...choice(), token: 'a'.repeat(43) });
    expect(await core.updates.look()).toMatchObject({ obstacle: 'bridge', now: { state: 'found' } });
    // What is not told is seen within seconds.
    core.start();
    await served.close();
    await settled(core, 'ready');
  });
});

it('the manager’s PIN is asked for before an update is installed, and not before one is looked for', async () => {
  const core = start();
  await core.manager.set('295713');
  core.manager.lock();
  await core.updates.look();
  await settled(core, 'ready');
  await expect(core.updates.install()).rejects.toMatchObject({ appError: { code: 'manager-needed' } });
  await core.manager.unlock('295713');
  await core.updates.install();
  expect(stateOf(core)).toBe('installing');
});

describe('where updates come from', () => {
  it.each<[Policy, (string | undefined)[], boolean | null]>([
    [{}, [undefined], false],
    [{ updates: 'off', updatesFeed: 'https://updates.example/' }, [], null],
    [{ updates: 'automatic' }, [undefined], true],
    [{ updates: 'manual', updatesFeed: 'https://updates.example/' }, ['https://updates.example/'], false],
  ])('is what the policy %j says', (policy, expected, automatic) => {
    const core = start({ policy });
    expect(opened).toEqual(expected);
    expect(core.updates.view?.automatic ?? null).toBe(automatic);
  });

  it('is nowhere by default', () => {
    const core = start({ openUpdates: () => undefined });
    expect(core.updates.view).toBeNull();
  });
});

it('the history tells of another version, and of an update that was not installed', async () => {
  const first = start();
  first.start();
  await first.updates.look();
  await settled(first, 'ready');
  await first.updates.install();
  await first.close();
  const same = start();
  same.start();
  expect(stateOf(same)).toBe('failed');
  await same.close();
  const next = start({ software: { version: '1.1.0', system: 'Test 1' } });
  next.start();
  expect(next.history.all()).toMatchObject([
    { kind: 'app-updated', result: 'ok', from: '1.0.0', to: '1.1.0' },
    { kind: 'update-failed', result: 'update-not-installed', to: '1.1.0' },
  ]);
});
