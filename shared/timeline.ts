import { z } from 'zod';

/** How far back a timeline goes, in days. */
export const TIMELINE_DAYS = 7;

/** What was known of a device for a while. */
export const TIMELINE_STATES = [
  'answered',
  /** It could not be reached, or its server had not been started. */
  'away',
  /** Another program used its channel. */
  'in-use',
  /** Something answered, but not as a paired device does. */
  'trouble',
  /** The app was not running, or knew nothing yet. */
  'not-checked',
] as const;
export type TimelineState = (typeof TIMELINE_STATES)[number];

const isoTime = z.iso.datetime();

export const timelineSchema = z.object({
  from: isoTime,
  to: isoTime,
  /** Without gaps, from `from` to `to`, oldest first. */
  spans: z.array(z.object({ state: z.enum(TIMELINE_STATES), from: isoTime, to: isoTime })),
  /** The checks of one hour each, oldest first; hours without one are left out. */
  roundTrips: z.array(
    z.object({
      /** When the hour began. */
      at: isoTime,
      /** Mean of the hour, in milliseconds. */
      meanMs: z.number(),
      slowestMs: z.number(),
    }),
  ),
});
export type Timeline = z.infer<typeof timelineSchema>;
