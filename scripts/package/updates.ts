import { readFileSync } from 'node:fs';
import { isFeedUrl, readFeedKey } from '../../electron/core/updates/feed.ts';

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
