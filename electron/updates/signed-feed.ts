import type { KeyObject } from 'node:crypto';
import type { UpdateInfo } from 'electron-updater';
import {
  findFile,
  Provider,
  type ProviderRuntimeOptions,
  resolveFiles,
} from 'electron-updater/out/providers/Provider.js';
import type { ResolvedUpdateFileInfo } from 'electron-updater/out/types.js';
import { failure } from '../core/failure.ts';
import { requireSignedFeed } from '../core/updates/feed.ts';
import { readFeed } from './feed-content.ts';

/** Most bytes of a feed, and of its signature. */
const FEED_LIMIT = 256 * 1024;
const SIGNATURE_LIMIT = 1024;
/** In the place of what Chromium says: versions, system and processor. */
const WHO = { 'user-agent': 'pos-pairing' };

export type FetchFile = (
  url: string,
  init: { readonly signal: AbortSignal; readonly headers: Record<string, string> },
) => Promise<Response>;

export interface FeedParts {
  /** Of the folder, with a slash at its end. */
  readonly folder: URL;
  readonly key: KeyObject;
  /** How the name of a package ends that this installation can use, such as `AppImage`. */
  readonly extension: string;
  readonly fetch: FetchFile;
  readonly signal: () => AbortSignal;
}

/** A feed of which not a byte is understood before its signature was found to be right. */
export class SignedFeed extends Provider<UpdateInfo> {
  readonly #parts: FeedParts;

  constructor(parts: FeedParts, runtime: ProviderRuntimeOptions) {
    super(runtime);
    this.#parts = parts;
  }

  override async getLatestVersion(): Promise<UpdateInfo> {
    const { folder, key } = this.#parts;
    const fileName = `${this.getDefaultChannelName()}.yml`;
    const url = new URL(fileName, folder);
    const content = await this.#read(url, FEED_LIMIT);
    const signature = await this.#read(new URL(`${fileName}.sig`, folder), SIGNATURE_LIMIT);
    requireSignedFeed(key, { fileName, content, signature: signature.toString('latin1') });
    const info = readFeed(content, url);
    this.packageIn(info);
    return info;
  }

  override resolveFiles(info: UpdateInfo): ResolvedUpdateFileInfo[] {
    return resolveFiles(info, this.#parts.folder);
  }

  /** The package for this installation. Throws {@link Failure} `update-feed-invalid` when there is none. */
  packageIn(info: UpdateInfo): ResolvedUpdateFileInfo {
    const { extension } = this.#parts;
    const found = findFile(this.resolveFiles(info), extension);
    // electron-updater takes any file rather than none.
    if (!found?.url.pathname.endsWith(`.${extension}`))
      throw failure('update-feed-invalid', `${info.version} has no ${extension}`);
    return found;
  }

  /** electron-updater would name this computer to the server by a number of its own. */
  override setRequestHeaders(): void {}

  async #read(url: URL, limit: number): Promise<Buffer> {
    const { fetch, signal } = this.#parts;
    try {
      const response = await fetch(url.href, { signal: signal(), headers: WHO });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const chunks: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of response.body ?? []) {
        length += chunk.length;
        if (length > limit) throw failure('update-feed-invalid', `${url.href} is too long`);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } catch (thrown) {
      if (thrown instanceof Error && 'appError' in thrown) throw thrown;
      throw failure('update-feed-unreachable', `${url.href}: ${reasonOf(thrown)}`);
    }
  }
}

/** Node says only "fetch failed", and why in the cause. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
}
