import type { UpdateInfo } from 'electron-updater';
import { parseUpdateInfo } from 'electron-updater/out/providers/Provider.js';
import { z } from 'zod';
import { releaseVersionSchema } from '../../shared/updates.ts';
import { failure } from '../core/failure.ts';

/** What is used of a feed; what else may stand in one, such as a web installer, is as good as not there. */
const feedSchema = z.object({
  version: releaseVersionSchema,
  files: z
    .array(
      z.object({
        /** The name of a file beside the feed, and no way to another place. */
        url: z.string().regex(/^\w[\w.+-]{0,200}$/),
        sha512: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
        /** In bytes. */
        size: z.number().int().positive(),
        isAdminRightsRequired: z.boolean().optional(),
      }),
    )
    .min(1)
    .max(50),
  releaseDate: z.string().default(''),
});

/** What a feed (YAML) says; `url` is its own address. Throws {@link Failure} `update-feed-invalid`. */
export function readFeed(content: Buffer, url: URL): UpdateInfo {
  const fileName = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  let value: unknown;
  try {
    value = parseUpdateInfo(content.toString('utf8'), fileName, url);
  } catch {
    throw failure('update-feed-invalid', `${fileName} is not YAML`);
  }
  const parsed = feedSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw failure('update-feed-invalid', `${fileName}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { version, files, releaseDate } = parsed.data;
  const [first] = files;
  return {
    version,
    files: files.map(({ isAdminRightsRequired, ...file }) => ({
      ...file,
      ...(isAdminRightsRequired !== undefined && { isAdminRightsRequired }),
    })),
    path: first?.url ?? '',
    sha512: first?.sha512 ?? '',
    releaseDate,
  };
}
