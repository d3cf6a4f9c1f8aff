import { TIMELINE_DAYS, type Timeline, type TimelineState } from '../../../shared/timeline.ts';
import type { TimelineLine } from './line.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Milliseconds between two signs of life of the app. */
export const BEAT_MS = 5 * MINUTE_MS;
/** After so long without one the app was not running, or the computer slept. */
const SILENCE_MS = 3 * BEAT_MS;

interface Span {
  readonly state: TimelineState;
  readonly from: number;
  to: number;
}

const iso = (at: number): string => new Date(at).toISOString();

/**
 * The last days of one pairing. A state holds until the next one, but only as long as the app gave signs of life.
 *
 * @param lines of this pairing and of the app, in any order
 * @param now milliseconds since 1970
 */
export function timelineOf(lines: readonly TimelineLine[], now: number): Timeline {
  const from = now - TIMELINE_DAYS * DAY_MS;
  const past = lines.filter(({ t }) => t <= now).toSorted((a, b) => a.t - b.t);
  const spans: Span[] = [];
  const cover = (state: TimelineState, start: number, end: number) => {
    if (end <= start || end <= from) return;
    const before = spans.at(-1);
    if (before?.state === state && before.to === start) before.to = end;
    else spans.push({ state, from: Math.max(start, from), to: end });
  };

  let state: TimelineState = 'not-checked';
  let seenAt = Number.NEGATIVE_INFINITY;
  const passTo = (at: number) => {
    if (at - seenAt <= SILENCE_MS) cover(state, seenAt, at);
    seenAt = at;
  };
  for (const line of past) {
    if (line.k === 'trips') continue;
    passTo(line.t);
    if (line.k === 'start') state = 'not-checked';
    if (line.k === 'state') state = line.s;
  }
  passTo(now);
  return {
    from: iso(from),
    to: iso(now),
    spans: withoutGaps(spans, from, now).map((span) => ({
      state: span.state,
      from: iso(span.from),
      to: iso(span.to),
    })),
    roundTrips: roundTripsOf(past, from),
  };
}

function withoutGaps(spans: readonly Span[], from: number, to: number): Span[] {
  const whole: Span[] = [];
  const add = (span: Span) => {
    if (span.to <= span.from) return;
    const before = whole.at(-1);
    if (before?.state === span.state) before.to = span.to;
    else whole.push({ ...span });
  };
  let reached = from;
  for (const span of spans) {
    add({ state: 'not-checked', from: reached, to: span.from });
    add(span);
    reached = span.to;
  }
  add({ state: 'not-checked', from: reached, to });
  return whole;
}

/** An hour in which the app was started again has several lines. */
function roundTripsOf(lines: readonly TimelineLine[], from: number): Timeline['roundTrips'] {
  const hours = new Map<number, { sum: number; n: number; slowest: number }>();
  for (const line of lines) {
    if (line.k !== 'trips' || line.t < from || line.n < 1) continue;
    const hour = hours.get(line.t) ?? { sum: 0, n: 0, slowest: 0 };
    hours.set(line.t, {
      sum: hour.sum + line.mean * line.n,
      n: hour.n + line.n,
      slowest: Math.max(hour.slowest, line.slowest),
    });
  }
  return [...hours]
    .toSorted(([a], [b]) => a - b)
    .map(([at, { sum, n, slowest }]) => ({
      at: iso(at),
      meanMs: Math.round((sum / n) * 10) / 10,
      slowestMs: slowest,
    }));
}
