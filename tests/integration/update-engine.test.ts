import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineRig } from '../support/update-engine.ts';
import { FEED_NAME, feedText, scriptPackage, UpdateFeed } from '../support/update-feed.ts';

/** Larger than what sockets and pipes take at once. */
const LARGE = 3 * 1024 * 1024;
const never = new AbortController().signal;
/** Megabytes, which `toEqual` would take apart. */
const same = (a: Buffer, b: Buffer | undefined) => b !== undefined && a.equals(b);

// electron-updater replaces an AppImage on Linux only.
describe.skipIf(process.platform !== 'linux')('an update by electron-updater', () => {
  let feed: UpdateFeed;
  let rigs: EngineRig[];

  beforeEach(async () => {
    feed = new UpdateFeed();
    rigs = [];
    await feed.start();
  });
  afterEach(async () => {
    for (const rig of rigs) rig.dispose();
    await feed.stop();
  });

  function installed(running = '1.0.0', of: { publicKeyPem: string } = feed): EngineRig {
    const rig = new EngineRig({ url: feed.url, publicKeyPem: of.publicKeyPem }, running);
    rigs.push(rig);
    writeFileSync(rig.appImage, scriptPackage(running, join(rig.folder, 'ran')), { mode: 0o755 });
    return rig;
  }
  const newPackage = (rig: EngineRig, version = '1.1.0', bytes = LARGE) =>
    scriptPackage(version, join(rig.folder, 'ran'), bytes);
  const look = (rig: EngineRig) => rig.engine.look(never);
  const fetchIt = (rig: EngineRig, signal = never) => rig.engine.fetch(() => {}, signal);
  const code = (expected: string) =>
    expect.objectContaining({ appError: expect.objectContaining({ code: expected }) });

  it('fetches a good one, and installs it in the place of the old one', async () => {
    const rig = installed();
    const content = newPackage(rig);
    const name = feed.publish('1.1.0', content);
    expect(await look(rig)).toBe('1.1.0');
    const percents: number[] = [];
    await rig.engine.fetch((percent) => percents.push(percent), never);
    expect(percents.at(-1)).toBe(100);
    expect(percents.toSorted((a, b) => a - b)).toEqual(percents);
    expect(same(readFileSync(join(rig.cacheFolder, 'pending', name)), content)).toBe(true);
    // Fetching is not installing.
    expect(same(readFileSync(rig.appImage), content)).toBe(false);
    await rig.engine.recheck();
    await rig.engine.install();
    expect(rig.happened).toEqual(['leave', 'quit']);
    expect(same(readFileSync(rig.appImage), content)).toBe(true);
    expect(statSync(rig.appImage).mode & 0o777).toBe(0o755);
    await vi.waitFor(() => expect(readFileSync(join(rig.folder, 'ran'), 'utf8')).toBe('1.1.0\n'), 10_000);
    expect(existsSync(`${rig.appImage}.update`)).toBe(false);
  });

  it('names neither this computer nor what runs on it to the server', async () => {
    const rig = installed();
    feed.publish('1.1.0', newPackage(rig));
    await look(rig);
    await fetchIt(rig);
    expect(feed.requests.map(({ path }) => path)).toEqual([
      FEED_NAME,
      `${FEED_NAME}.sig`,
      'pos-pairing-1.1.0-linux-x86_64.AppImage',
    ]);
    expect(JSON.stringify(feed.requests)).not.toMatch(/staging|1\.0\.0|\.updaterId/);
    expect(existsSync(join(rig.folder, '.updaterId'))).toBe(false);
  });

  describe('refuses a feed', () => {
    it.each(['version: 1.1.0', 'sha512: '])(
      'in which “%s” was changed, and asks for no package',
      async (what) => {
        const rig = installed();
        feed.publish('1.1.0', newPackage(rig));
        const text = feed.files.get(FEED_NAME)?.toString() ?? '';
        const at = text.indexOf(what) + what.length - 1;
        feed.files.set(FEED_NAME, Buffer.from(`${text.slice(0, at)}9${text.slice(at + 1)}`));
        await expect(look(rig)).rejects.toEqual(code('update-signature-invalid'));
        expect(feed.requests.map(({ path }) => path)).toEqual([FEED_NAME, `${FEED_NAME}.sig`]);
        await expect(fetchIt(rig)).rejects.toEqual(code('not-found'));
        expect(rig.cached).toEqual([]);
      },
    );

    it('with the signature of somebody else', async () => {
      const rig = installed();
      const text = feedText('1.1.0', [{ name: 'a.AppImage', content: Buffer.from('x') }]);
      feed.publishFeed(text, generateKeyPairSync('ed25519').privateKey);
      await expect(look(rig)).rejects.toEqual(code('update-signature-invalid'));
    });

    it('that is the one of another system, by the same key', async () => {
      const rig = installed();
      const text = feedText('1.1.0', [{ name: 'a.AppImage', content: Buffer.from('x') }]);
      feed.publishFeed(text, feed.keys.privateKey, 'latest-linux-arm64.yml');
      await expect(look(rig)).rejects.toEqual(code('update-signature-invalid'));
    });

    it.each(['', 'AAAA', 'not base64 at all', 'A'.repeat(1025)])(
      'with “%s” for a signature',
      async (signature) => {
        const rig = installed();
        feed.publish('1.1.0', newPackage(rig));
        feed.files.set(`${FEED_NAME}.sig`, Buffer.from(signature));
        await expect(look(rig)).rejects.toEqual(
          code(signature.length > 1024 ? 'update-feed-invalid' : 'update-signature-invalid'),
        );
      },
    );

    it('without a signature, and one that is not there', async () => {
      const rig = installed();
      feed.publish('1.1.0', newPackage(rig));
      feed.files.delete(`${FEED_NAME}.sig`);
      await expect(look(rig)).rejects.toEqual(code('update-feed-unreachable'));
      feed.files.clear();
      await expect(look(rig)).rejects.toEqual(code('update-feed-unreachable'));
    });

    it.each([
      ['another place', 'version: 1.1.0\nfiles:\n  - url: ../x.AppImage\n'],
      ['no version of a release', 'version: 1.1.0-beta.1\n'],
      ['no package for this system', feedText('1.1.0', [{ name: 'a.exe', content: Buffer.from('x') }])],
      ['no YAML', 'version: [1.1'],
      ['nothing', ''],
    ])('that is signed, but names %s', async (_what, text) => {
      const rig = installed();
      feed.publishFeed(text);
      await expect(look(rig)).rejects.toEqual(code('update-feed-invalid'));
    });

    it('that never ends', async () => {
      const rig = installed();
      feed.publish('1.1.0', newPackage(rig));
      feed.answers.set(FEED_NAME, (response) => {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      });
      await expect(look(rig)).rejects.toEqual(code('update-feed-invalid'));
    });

    it('that does not answer, once the time is over', async () => {
      const rig = installed();
      feed.answers.set(FEED_NAME, () => {});
      await expect(rig.engine.look(AbortSignal.timeout(200))).rejects.toEqual(
        code('update-feed-unreachable'),
      );
    });
  });

  it('knows an older version and the same one, and would fetch neither', async () => {
    for (const running of ['1.1.0', '1.2.0', '2.0.0']) {
      const rig = installed(running);
      feed.publish('1.1.0', newPackage(rig));
      expect(await look(rig)).toBe('1.1.0');
      await expect(fetchIt(rig)).rejects.toEqual(code('not-found'));
      expect(rig.cached).toEqual([]);
    }
    expect(feed.requests.map(({ path }) => path)).not.toContain('pos-pairing-1.1.0-linux-x86_64.AppImage');
  });

  it('refuses a package that is not the one in the feed, and keeps nothing of it', async () => {
    const rig = installed();
    const content = newPackage(rig);
    const name = feed.publish('1.1.0', content);
    const tampered = Buffer.from(content);
    tampered.set([0x23], 100);
    tampered.set([tampered[LARGE - 1] === 0x78 ? 0x79 : 0x78], LARGE - 1);
    feed.files.set(name, tampered);
    await look(rig);
    await expect(fetchIt(rig)).rejects.toEqual(code('update-damaged'));
    expect(rig.cached).toEqual([]);
    await expect(rig.engine.recheck()).rejects.toEqual(code('update-damaged'));
    // The next try is as good as the first.
    feed.files.set(name, content);
    await look(rig);
    await fetchIt(rig);
    await rig.engine.recheck();
  });

  it('takes no more than it was told there is', async () => {
    const rig = installed();
    const name = feed.publish('1.1.0', newPackage(rig));
    let written = 0;
    feed.answers.set(name, (response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536;
      };
      response.on('drain', more);
      more();
    });
    await look(rig);
    await expect(fetchIt(rig)).rejects.toEqual(code('update-damaged'));
    expect(written).toBeLessThan(LARGE + 16 * 1024 * 1024);
    expect(rig.cached).toEqual([]);
  });

  describe('that is interrupted', () => {
    /** The connection breaks in the middle of the package. */
    const cutOff = (name: string) =>
      feed.answers.set(name, (response) => {
        const content = feed.files.get(name) ?? Buffer.alloc(0);
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, content.length / 2), () =>
          setTimeout(() => response.destroy(), 20),
        );
      });

    it('leaves nothing behind, and succeeds at the next try', async () => {
      const rig = installed();
      const before = readFileSync(rig.appImage);
      const name = feed.publish('1.1.0', newPackage(rig));
      cutOff(name);
      await look(rig);
      await expect(fetchIt(rig)).rejects.toEqual(code('update-interrupted'));
      expect(rig.cached).toEqual([]);
      expect(same(readFileSync(rig.appImage), before)).toBe(true);
      feed.answers.clear();
      await look(rig);
      await fetchIt(rig);
      expect(same(readFileSync(join(rig.cacheFolder, 'pending', name)), feed.files.get(name))).toBe(true);
    });

    it('by whoever has asked for it, leaves nothing behind either', async () => {
      const rig = installed();
      const name = feed.publish('1.1.0', newPackage(rig));
      const cancel = new AbortController();
      feed.answers.set(name, (response) => {
        response.writeHead(200, { 'content-length': LARGE });
        response.write('x'.repeat(65_536));
      });
      await look(rig);
      const fetching = rig.engine.fetch(() => cancel.abort(), cancel.signal);
      await expect(fetching).rejects.toEqual(code('cancelled'));
      expect(rig.cached).toEqual([]);
      feed.answers.clear();
      await fetchIt(rig);
    });

    it('by a crash, is not taken for a package, and goes', async () => {
      const rig = installed();
      const name = feed.publish('1.1.0', newPackage(rig));
      const pending = join(rig.cacheFolder, 'pending');
      mkdirSync(pending, { recursive: true });
      writeFileSync(join(pending, 'temp-pos-pairing-1.0.5-linux-x86_64.AppImage'), 'half of another');
      writeFileSync(join(pending, `temp-${name}`), 'half of this');
      writeFileSync(join(pending, name), 'half, under the right name');
      writeFileSync(join(pending, 'update-info.json'), JSON.stringify({ fileName: name, sha512: 'x' }));
      await look(rig);
      await fetchIt(rig);
      expect(rig.cached).toEqual([join('pending', name), join('pending', 'update-info.json')]);
      await rig.engine.recheck();
    });

    it('is given up when the server says that it has no such file', async () => {
      const rig = installed();
      const name = feed.publish('1.1.0', newPackage(rig));
      feed.files.delete(name);
      await look(rig);
      await expect(fetchIt(rig)).rejects.toEqual(code('update-interrupted'));
      expect(rig.cached).toEqual([]);
    });
  });

  it('is fetched once, and found again after a restart', async () => {
    const rig = installed();
    const name = feed.publish('1.1.0', newPackage(rig));
    await look(rig);
    await fetchIt(rig);
    const again = installed();
    mkdirSync(again.cacheFolder, { recursive: true });
    const kept = join(again.cacheFolder, 'pending');
    mkdirSync(kept);
    for (const file of [name, 'update-info.json'])
      writeFileSync(join(kept, file), readFileSync(join(rig.cacheFolder, 'pending', file)));
    await look(again);
    await fetchIt(again);
    await again.engine.recheck();
    expect(feed.requests.filter(({ path }) => path === name)).toHaveLength(1);
  });

  it('that was changed on the disk after it was fetched is not installed', async () => {
    const rig = installed();
    const name = feed.publish('1.1.0', newPackage(rig));
    await look(rig);
    await fetchIt(rig);
    writeFileSync(
      join(rig.cacheFolder, 'pending', name),
      scriptPackage('6.6.6', join(rig.folder, 'ran'), LARGE),
    );
    await expect(rig.engine.recheck()).rejects.toEqual(code('update-damaged'));
    expect(rig.cached).toEqual([]);
  });

  it('that cannot be put in its place leaves the old one as it is, and starts that again', async () => {
    const rig = installed();
    const before = readFileSync(rig.appImage);
    feed.publish('1.1.0', newPackage(rig));
    await look(rig);
    await fetchIt(rig);
    // Where the new one would be written first there is a folder now.
    mkdirSync(`${rig.appImage}.update`);
    await rig.engine.install();
    expect(rig.happened).toEqual(['leave', 'relaunch', 'quit']);
    expect(same(readFileSync(rig.appImage), before)).toBe(true);
  });

  it('goes from the disk once it is installed, or withdrawn', async () => {
    const rig = installed();
    feed.publish('1.1.0', newPackage(rig));
    await look(rig);
    await fetchIt(rig);
    expect(rig.cached).not.toEqual([]);
    feed.publish('1.0.0', newPackage(rig, '1.0.0'));
    await look(rig);
    expect(rig.cached).toEqual([]);
  });
});
