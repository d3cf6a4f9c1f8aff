import { describe, expect, it, vi } from 'vitest';
import { failure } from '../../electron/core/failure.ts';
import type { News } from '../../electron/core/news.ts';
import { compareReleases, isWanted } from '../../electron/core/updates/release.ts';
import type { UpdateSource } from '../../electron/core/updates/update-source.ts';
import { Updates } from '../../electron/core/updates/updates.ts';
import { VersionMemory } from '../../electron/core/updates/version-memory.ts';
import { type UpdateObstacle, updatesViewSchema } from '../../shared/updates.ts';
import { EVERYBODY } from '../support/manager.ts';
import { MemoryDocuments } from '../support/vault.ts';

const HOUR_MS = 3_600_000;

/** A source whose answers a test gives when it likes. */
class ScriptedSource implements UpdateSource {
  readonly asked: string[] = [];
  offered: string | Error = '1.1.0';
  /** How a fetch ends that nobody ends before. */
  package: Promise<void> = Promise.resolve();
  kept: Error | undefined;
  onPercent: (percent: number) => void = () => {};
  installed = false;

  async look() {
    this.asked.push('look');
    if (this.offered instanceof Error) throw this.offered;
    return this.offered;
  }
  async fetch(onPercent: (percent: number) => void, signal: AbortSignal) {
    this.asked.push('fetch');
    this.onPercent = onPercent;
    const ended = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(failure('cancelled', 'ended')));
    });
    await Promise.race([this.package, ended]);
  }
  async recheck() {
    this.asked.push('recheck');
    if (this.kept) throw this.kept;
  }
  async install() {
    this.asked.push('install');
    this.installed = true;
  }
}

function rig({
  running = '1.0.0',
  automatic = false,
  documents = new MemoryDocuments(),
  source = new ScriptedSource(),
  isManagerAway = false,
} = {}) {
  const news: News[] = [];
  let obstacle: UpdateObstacle | null = null;
  let steady = 0;
  const updates = new Updates({
    source,
    automatic,
    memory: new VersionMemory(documents, running),
    running,
    obstacle: () => obstacle,
    authorize: () => {
      if (isManagerAway) throw failure('manager-needed');
      return EVERYBODY();
    },
    now: () => Date.parse('2026-11-28T12:00:00Z'),
    steadyNow: () => steady,
    random: () => 0.5,
    tell: (each) => {
      if (each.type === 'updates-changed') updatesViewSchema.nullable().parse(each.updates);
      news.push(each);
    },
  });
  return {
    updates,
    source,
    documents,
    news,
    told: () => news.filter(({ type }) => type !== 'updates-changed'),
    state: () => updates.view?.now,
    block: (by: UpdateObstacle | null) => {
      obstacle = by;
      updates.tick();
    },
    pass: (ms: number) => {
      steady += ms;
      updates.tick();
    },
    settled: (state: string) => vi.waitFor(() => expect(updates.view?.now.state).toBe(state)),
  };
}

/** An app that finds an update and ends to have it installed. */
async function installOver(documents: MemoryDocuments): Promise<void> {
  const { updates, settled } = rig({ documents });
  updates.announce();
  await updates.look();
  await settled('ready');
  await updates.install();
}

describe('a version', () => {
  it.each([
    ['1.0.0', '1.0.1', -1],
    ['1.9.0', '1.10.0', -1],
    ['2.0.0', '1.99.99', 1],
    ['1.2.3', '1.2.3', 0],
  ])('%s against %s', (a, b, expected) => {
    expect(Math.sign(compareReleases(a, b))).toBe(expected);
  });

  it('is wanted when it is newer than what runs, and refused when older than what is known', () => {
    expect(isWanted('1.1.0', '1.0.0', '1.0.0')).toBe(true);
    expect(isWanted('1.0.0', '1.0.0', '1.0.0')).toBe(false);
    const older = expect.objectContaining({ appError: expect.objectContaining({ code: 'update-older' }) });
    expect(() => isWanted('0.9.0', '1.0.0', '1.0.0')).toThrow(older);
    // Newer than what runs, but not the newest that was ever offered.
    expect(() => isWanted('1.1.0', '1.0.0', '1.2.0')).toThrow(older);
  });
});

describe('updates', () => {
  it('are off without a source', async () => {
    const updates = new Updates({
      source: undefined,
      automatic: true,
      memory: new VersionMemory(new MemoryDocuments(), '1.0.0'),
      running: '1.0.0',
      obstacle: () => null,
      authorize: EVERYBODY,
      now: Date.now,
      steadyNow: () => HOUR_MS,
      random: () => 0,
      tell: () => {},
    });
    updates.tick();
    expect(updates.view).toBeNull();
    await expect(updates.look()).rejects.toMatchObject({ appError: { code: 'not-found' } });
    await expect(updates.install()).rejects.toMatchObject({ appError: { code: 'not-found' } });
  });

  it('are looked for and fetched when somebody asks, and installed when somebody says so', async () => {
    const { updates, source, settled, state, news } = rig();
    await updates.look();
    await settled('ready');
    expect(state()).toEqual({ state: 'ready', version: '1.1.0' });
    expect(source.asked).toEqual(['look', 'fetch']);
    await updates.install();
    expect(source.asked).toEqual(['look', 'fetch', 'recheck', 'install']);
    expect(state()).toEqual({ state: 'installing', version: '1.1.0' });
    const states = news.flatMap((each) => (each.type === 'updates-changed' ? [each.updates?.now.state] : []));
    expect(states).toEqual(['looking', 'found', 'fetching', 'ready', 'installing']);
  });

  it('are never installed by themselves, however long one is ready', async () => {
    const { updates, source, settled, pass } = rig({ automatic: true });
    await updates.look();
    await settled('ready');
    for (let day = 0; day < 10; day += 1) pass(24 * HOUR_MS);
    await updates.close();
    expect(source.installed).toBe(false);
  });

  it('that are not newer are said to be none', async () => {
    const { updates, state } = rig({ running: '1.1.0' });
    await updates.look();
    expect(state()).toEqual({ state: 'idle', lookedAt: '2026-11-28T12:00:00.000Z' });
  });

  it('show how far they are, in whole numbers', async () => {
    const { updates, source, settled, state } = rig();
    let done = () => {};
    source.package = new Promise((resolve) => {
      done = resolve;
    });
    await updates.look();
    await settled('fetching');
    source.onPercent(42);
    expect(state()).toEqual({ state: 'fetching', version: '1.1.0', percent: 42 });
    done();
    await settled('ready');
  });

  describe.each(['pairing', 'till', 'bridge', 'test'] as const)('while there is a %s', (obstacle) => {
    it('are looked for, but not fetched before it is gone', async () => {
      const { updates, source, block, state, settled } = rig();
      block(obstacle);
      const view = await updates.look();
      expect(view).toMatchObject({ obstacle, now: { state: 'found', version: '1.1.0' } });
      updates.tick();
      expect(source.asked).toEqual(['look']);
      expect(state()).toEqual({ state: 'found', version: '1.1.0' });
      block(null);
      await settled('ready');
    });

    it('are broken off, and begun anew when it is gone', async () => {
      const { updates, source, block, settled } = rig();
      source.package = new Promise(() => {});
      await updates.look();
      await settled('fetching');
      block(obstacle);
      await settled('found');
      source.package = Promise.resolve();
      block(null);
      await settled('ready');
      expect(source.asked).toEqual(['look', 'fetch', 'fetch']);
    });

    it('are not installed', async () => {
      const { updates, source, block, settled, state } = rig();
      await updates.look();
      await settled('ready');
      block(obstacle);
      await expect(updates.install()).rejects.toMatchObject({
        appError: { code: 'update-busy', detail: obstacle },
      });
      expect(source.asked).toEqual(['look', 'fetch']);
      expect(state()).toEqual({ state: 'ready', version: '1.1.0' });
    });

    it('are not installed when it came while the package was looked at', async () => {
      const { updates, source, block, settled } = rig();
      await updates.look();
      await settled('ready');
      source.recheck = async () => block(obstacle);
      await expect(updates.install()).rejects.toMatchObject({ appError: { code: 'update-busy' } });
      expect(source.installed).toBe(false);
    });
  });

  it('need the manager to be installed, and nobody to be looked for', async () => {
    const { updates, source, settled } = rig({ isManagerAway: true });
    await updates.look();
    await settled('ready');
    await expect(updates.install()).rejects.toMatchObject({ appError: { code: 'manager-needed' } });
    expect(source.asked).toEqual(['look', 'fetch']);
  });

  it('are installed once, however often that is asked for', async () => {
    const { updates, source, settled } = rig();
    await updates.look();
    await settled('ready');
    const asked = await Promise.allSettled([updates.install(), updates.install()]);
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(source.asked.filter((each) => each === 'install')).toHaveLength(1);
  });

  it('that were changed on the disk are refused, and told of', async () => {
    const { updates, source, settled, told } = rig();
    await updates.look();
    await settled('ready');
    source.kept = failure('update-damaged', 'changed');
    await expect(updates.install()).rejects.toMatchObject({ appError: { code: 'update-damaged' } });
    expect(source.installed).toBe(false);
    await settled('failed');
    expect(told()).toMatchObject([
      { type: 'update-failed', version: '1.1.0', error: { code: 'update-damaged' } },
    ]);
  });

  describe('by themselves', () => {
    it('are looked for within half an hour, then each day, and an hour after a failure', async () => {
      const { source, pass, settled } = rig({ automatic: true, running: '1.1.0' });
      const looks = () => source.asked.filter((each) => each === 'look').length;
      pass(15 * 60_000);
      expect(looks()).toBe(0);
      pass(2 * 60_000);
      await settled('idle');
      await vi.waitFor(() => expect(looks()).toBe(1));
      pass(23 * HOUR_MS);
      expect(looks()).toBe(1);
      source.offered = failure('update-feed-unreachable', 'away');
      pass(HOUR_MS);
      await settled('failed');
      pass(HOUR_MS / 2);
      expect(looks()).toBe(2);
      source.offered = '1.1.0';
      pass(HOUR_MS / 2);
      await settled('idle');
      expect(looks()).toBe(3);
    });

    it('are not, unless somebody decided so', () => {
      const { source, pass } = rig();
      pass(1000 * HOUR_MS);
      expect(source.asked).toEqual([]);
    });
  });

  describe('that go wrong', () => {
    it.each([
      ['update-feed-unreachable', false],
      ['update-interrupted', false],
      ['storage-failed', false],
      ['update-signature-invalid', true],
      ['update-feed-invalid', true],
      ['update-damaged', true],
    ] as const)('by %s say so, and the history hears of it: %s', async (code, isTold) => {
      const { updates, source, told, state } = rig();
      source.offered = failure(code, 'why');
      await updates.look();
      expect(state()).toMatchObject({ state: 'failed', error: { code, detail: 'why' } });
      expect(told()).toHaveLength(isTold ? 1 : 0);
      // Each look fails alike, and is one thing to know.
      await updates.look();
      expect(told()).toHaveLength(isTold ? 1 : 0);
    });

    it('in a fetch are tried anew by the next look', async () => {
      const { updates, source, settled } = rig();
      source.package = Promise.reject(failure('update-interrupted', 'cut'));
      await updates.look();
      await settled('failed');
      source.package = Promise.resolve();
      await updates.look();
      await settled('ready');
    });

    it('by a feed that goes back, also after a restart, and whatever was installed', async () => {
      const documents = new MemoryDocuments();
      const first = rig({ documents });
      first.source.offered = '1.3.0';
      await first.updates.look();
      await first.settled('ready');
      const again = rig({ documents });
      again.updates.announce();
      again.source.offered = '1.2.0';
      await again.updates.look();
      expect(again.state()).toMatchObject({
        state: 'failed',
        error: { code: 'update-older', params: { offered: '1.2.0', known: '1.3.0' } },
      });
      expect(again.source.asked).toEqual(['look']);
    });
  });

  describe('at a start', () => {
    it('say nothing the first time, nor when the same version runs again', () => {
      const documents = new MemoryDocuments();
      for (let start = 0; start < 2; start += 1) {
        const { updates, told } = rig({ documents });
        updates.announce();
        expect(told()).toEqual([]);
      }
    });

    it('tell of another version, whoever installed it, once', () => {
      const documents = new MemoryDocuments();
      rig({ documents }).updates.announce();
      const newer = rig({ documents, running: '1.1.0' });
      newer.updates.announce();
      expect(newer.told()).toEqual([{ type: 'app-updated', from: '1.0.0', to: '1.1.0' }]);
      const again = rig({ documents, running: '1.1.0' });
      again.updates.announce();
      expect(again.told()).toEqual([]);
    });

    it('tell that one was not installed, once', async () => {
      const documents = new MemoryDocuments();
      await installOver(documents);
      const after = rig({ documents });
      after.updates.announce();
      expect(after.told()).toMatchObject([
        { type: 'update-failed', version: '1.1.0', error: { code: 'update-not-installed' } },
      ]);
      expect(after.state()).toMatchObject({ state: 'failed', error: { params: { version: '1.1.0' } } });
      const later = rig({ documents });
      later.updates.announce();
      expect(later.told()).toEqual([]);
    });

    it('tell of an update that was installed as one', async () => {
      const documents = new MemoryDocuments();
      await installOver(documents);
      const after = rig({ documents, running: '1.1.0' });
      after.updates.announce();
      expect(after.told()).toEqual([{ type: 'app-updated', from: '1.0.0', to: '1.1.0' }]);
    });

    it.each(['{', '{"version":1,"running":5}'])('set aside a document like %s, and begin anew', (text) => {
      const documents = new MemoryDocuments();
      documents.files.set('versions', text);
      const { updates, told } = rig({ documents });
      updates.announce();
      expect(told()).toEqual([]);
      expect(documents.files.get('versions.damaged')).toBe(text);
      expect(documents.files.get('versions')).toContain('1.0.0');
    });

    it('keep a document that cannot be read for the start that can', () => {
      const documents = new MemoryDocuments();
      rig({ documents }).updates.announce();
      const written = documents.files.get('versions');
      documents.unreadable.add('versions');
      const meanwhile = rig({ documents, running: '1.1.0' });
      meanwhile.updates.announce();
      expect(meanwhile.told()).toEqual([]);
      expect([...documents.files]).toEqual([['versions', written]]);
      documents.unreadable.clear();
      const after = rig({ documents, running: '1.1.0' });
      after.updates.announce();
      expect(after.told()).toEqual([{ type: 'app-updated', from: '1.0.0', to: '1.1.0' }]);
    });

    it('leave alone what a newer version has written', () => {
      const documents = new MemoryDocuments();
      documents.files.set('versions', '{"version":9}');
      const { updates, told } = rig({ documents });
      updates.announce();
      expect(told()).toEqual([]);
      expect(documents.files.get('versions')).toBe('{"version":9}');
    });

    it('work where nothing can be saved', async () => {
      const documents = new MemoryDocuments();
      documents.failWrites = true;
      const { updates, settled } = rig({ documents });
      updates.announce();
      await updates.look();
      await settled('ready');
    });
  });
});
