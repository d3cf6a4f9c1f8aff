import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policySchema } from '../../electron/core/policy/policy-schema.ts';
import { isFeedUrl, readFeedKey, requireSignedFeed, signedBytes } from '../../electron/core/updates/feed.ts';
import { feedConfig, signFeeds, updatesOfBuild } from '../../scripts/package/updates.ts';
import { codeOf } from '../support/failure-code.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const rsaPem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'feed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, content: string | Buffer): string => {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
};

describe('the signature of a feed', () => {
  const content = Buffer.from('version: 1.1.0\n');
  const signature = sign(null, signedBytes('latest.yml', content), privateKey).toString('base64');
  const judge = (change: { fileName?: string; content?: Buffer; signature?: string }) =>
    codeOf(() =>
      requireSignedFeed(readFeedKey(publicPem), { fileName: 'latest.yml', content, signature, ...change }),
    );

  it('is good for this file, under this name, by this key', () => {
    expect(judge({})).toBe('ok');
    expect(judge({ signature: `${signature}\n` })).toBe('ok');
    expect(judge({ fileName: 'latest-mac.yml' })).toBe('update-signature-invalid');
    expect(judge({ content: Buffer.from('version: 1.1.1\n') })).toBe('update-signature-invalid');
    expect(judge({ signature: '' })).toBe('update-signature-invalid');
    // One of the content alone, as for something else.
    expect(judge({ signature: sign(null, content, privateKey).toString('base64') })).toBe(
      'update-signature-invalid',
    );
  });

  it('can be made and checked with OpenSSL, as docs/updates.md says', () => {
    const key = put('private.pem', privatePem);
    const message = put('message', signedBytes('latest.yml', content));
    const made = spawnSync('openssl', ['pkeyutl', '-sign', '-rawin', '-inkey', key, '-in', message]);
    expect(made.status, made.stderr?.toString()).toBe(0);
    expect(judge({ signature: made.stdout.toString('base64') })).toBe('ok');
  });

  it('takes no other kind of key', () => {
    expect(() => readFeedKey(rsaPem)).toThrow('Ed25519');
    expect(() => readFeedKey('no key')).toThrow();
  });
});

it.each([
  ['https://updates.example/pos-pairing/', true],
  ['https://updates.example', true],
  ['http://127.0.0.1:8080/feed', true],
  ['http://[::1]:8080', true],
  ['http://updates.example/', false],
  ['http://127.0.0.1.example/', false],
  ['https://user:password@updates.example/', false],
  ['https://updates.example/?token=1', false],
  ['https://updates.example/#a', false],
  ['file:///srv/updates', false],
  ['updates.example', false],
  ['', false],
])('%s as a feed: %s', (url, expected) => {
  expect(isFeedUrl(url)).toBe(expected);
  expect(policySchema.safeParse({ updatesFeed: url }).success).toBe(expected);
});

describe('a build', () => {
  it('knows nothing of updates by itself', () => {
    expect(updatesOfBuild({})).toBeNull();
    expect(updatesOfBuild({ POS_PAIRING_UPDATE_KEY: '', POS_PAIRING_UPDATE_FEED: '' })).toBeNull();
    expect(feedConfig()).toEqual({});
  });

  it('takes a public key, and a feed if it has one', () => {
    const key = put('key.pem', publicPem);
    expect(updatesOfBuild({ POS_PAIRING_UPDATE_KEY: key })).toEqual({ key: publicPem, feed: null });
    const feed = 'https://updates.example/';
    expect(updatesOfBuild({ POS_PAIRING_UPDATE_KEY: key, POS_PAIRING_UPDATE_FEED: feed })).toEqual({
      key: publicPem,
      feed,
    });
  });

  it('refuses a private key, another kind of key, a feed without a key, and an unsafe feed', () => {
    const key = put('key.pem', publicPem);
    const of = (file: string, feed = '') =>
      updatesOfBuild({ POS_PAIRING_UPDATE_KEY: file, POS_PAIRING_UPDATE_FEED: feed });
    expect(() => of(put('private.pem', privatePem))).toThrow('private');
    expect(() => of(put('rsa.pem', rsaPem))).toThrow('Ed25519');
    expect(() => of('', 'https://updates.example/')).toThrow('needs the key');
    expect(() => of(key, 'http://updates.example/')).toThrow('No address');
  });
});

describe('signing feeds', () => {
  const content = Buffer.from('the package');
  const feedOf = (sha512: string) =>
    `version: 1.1.0\nfiles:\n  - url: a.AppImage\n    sha512: ${sha512}\n    size: ${content.length}\n`;
  const right = createHash('sha512').update(content).digest('base64');

  it('signs each, as the app checks it', () => {
    put('a.AppImage', content);
    const names = ['latest-linux-arm64.yml', 'latest-linux.yml', 'latest-mac.yml', 'latest.yml'];
    for (const name of [...names, 'builder-debug.yml']) put(name, feedOf(right));
    expect(signFeeds(folder, privatePem).sort()).toEqual(names);
    for (const fileName of names) {
      const signed = { fileName, content: readFileSync(join(folder, fileName)) };
      const signature = readFileSync(join(folder, `${fileName}.sig`), 'utf8');
      expect(codeOf(() => requireSignedFeed(publicKey, { ...signed, signature }))).toBe('ok');
    }
  });

  it('signs none whose package is missing or another one, and none with another kind of key', () => {
    put('latest.yml', feedOf(right));
    expect(() => signFeeds(folder, privatePem)).toThrow('a.AppImage');
    put('a.AppImage', 'the packagE');
    expect(() => signFeeds(folder, privatePem)).toThrow('is not the file');
    put('a.AppImage', content);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    expect(() => signFeeds(folder, rsa.toString())).toThrow('Ed25519');
    rmSync(join(folder, 'latest.yml'));
    expect(() => signFeeds(folder, privatePem)).toThrow('has no feed');
  });
});
