import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from 'electron-builder';
import { parse } from 'yaml';
import { z } from 'zod';
import { isFeedUrl, readFeedKey, signedBytes } from '../../electron/core/updates/feed.ts';

/**
 * What a build knows of updates: the PEM text of the public key in the file `POS_PAIRING_UPDATE_KEY` names, and the
 * feed's address in `POS_PAIRING_UPDATE_FEED`, if it has one. Null without a key: such an app never updates itself.
 * Throws for what is neither.
 */
export function updatesOfBuild(
  environment: NodeJS.ProcessEnv = process.env,
): { readonly key: string; readonly feed: string | null } | null {
  const keyFile = environment['POS_PAIRING_UPDATE_KEY'];
  const feed = environment['POS_PAIRING_UPDATE_FEED'] || null;
  if (!keyFile) {
    if (feed) throw new Error('A feed of updates needs the key it is signed with: POS_PAIRING_UPDATE_KEY.');
    return null;
  }
  const key = readFileSync(keyFile, 'utf8');
  if (key.includes('PRIVATE')) throw new Error(`${keyFile} holds a private key, and this becomes public.`);
  readFeedKey(key);
  if (feed && !isFeedUrl(feed)) throw new Error(`No address for a feed of updates: ${feed}`);
  return { key, feed };
}

/** Where electron-builder is told a feed, it writes one beside the packages. The app takes its address from the build. */
export function feedConfig(): Pick<Configuration, 'publish'> {
  const updates = updatesOfBuild();
  return updates ? { publish: { provider: 'generic', url: updates.feed ?? 'https://updates.invalid/' } } : {};
}

const FEED = /^latest(?:-mac|-linux(?:-\w+)?)?\.yml$/;
const feedSchema = z.looseObject({
  version: z.string(),
  files: z.array(z.looseObject({ url: z.string(), sha512: z.string(), size: z.number() })).min(1),
});

/**
 * Signs each feed in `folder`: `latest.yml` gets `latest.yml.sig`. `privateKey`: Ed25519, PEM. Returns their names.
 * Throws for a feed of which a package is missing, or is another one.
 */
export function signFeeds(folder: string, privateKey: string): string[] {
  const key = createPrivateKey(privateKey);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('Feeds are signed with an Ed25519 key.');
  const feeds = readdirSync(folder).filter((name) => FEED.test(name));
  if (feeds.length === 0)
    throw new Error(`${folder} has no feed; POS_PAIRING_UPDATE_KEY makes the build write one.`);
  for (const name of feeds) {
    const content = readFileSync(join(folder, name));
    for (const { url, sha512, size } of feedSchema.parse(parse(content.toString('utf8'))).files) {
      const file = readFileSync(join(folder, url));
      const isSame = createHash('sha512').update(file).digest('base64') === sha512 && file.length === size;
      if (!isSame) throw new Error(`${url} is not the file that ${name} names.`);
    }
    const signature = sign(null, signedBytes(name, content), key);
    writeFileSync(join(folder, `${name}.sig`), `${signature.toString('base64')}\n`);
  }
  return feeds;
}
