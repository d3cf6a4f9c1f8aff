import { z } from 'zod';
import { appErrorSchema } from './errors.ts';

/** How the app updates itself. `automatic`: it looks and fetches by itself; a person always decides to install. */
export const UPDATE_MODES = ['off', 'manual', 'automatic'] as const;

/** What an update waits for: it is neither fetched nor installed meanwhile. `test`: a full test or a readiness check. */
const UPDATE_OBSTACLES = ['pairing', 'till', 'bridge', 'test'] as const;
export type UpdateObstacle = (typeof UPDATE_OBSTACLES)[number];

const VERSION_SHAPE = /^(?:0|[1-9]\d{0,5})\.(?:0|[1-9]\d{0,5})\.(?:0|[1-9]\d{0,5})$/;
/** A version as releases have it, such as `1.2.0`; there are no pre-releases in a feed. */
export const releaseVersionSchema = z.string().regex(VERSION_SHAPE);

const version = releaseVersionSchema;

export const updatesViewSchema = z.object({
  /** Whether the app looks by itself. */
  automatic: z.boolean(),
  obstacle: z.enum(UPDATE_OBSTACLES).nullable(),
  now: z.discriminatedUnion('state', [
    /** Nothing newer is known; null: nobody has looked since the start. */
    z.object({ state: z.literal('idle'), lookedAt: z.iso.datetime().nullable() }),
    z.object({ state: z.literal('looking') }),
    /** Fetched once the obstacle is gone. */
    z.object({ state: z.literal('found'), version }),
    z.object({ state: z.literal('fetching'), version, percent: z.number().int().min(0).max(100) }),
    /** Fetched and verified: somebody may install it. */
    z.object({ state: z.literal('ready'), version }),
    /** The app is about to end for it. */
    z.object({ state: z.literal('installing'), version }),
    z.object({ state: z.literal('failed'), error: appErrorSchema }),
  ]),
});
export type UpdatesView = Readonly<z.infer<typeof updatesViewSchema>>;
export type UpdateState = UpdatesView['now'];
