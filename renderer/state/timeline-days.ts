import { TIMELINE_DAYS, TIMELINE_STATES, type Timeline, type TimelineState } from '../../shared/timeline.ts';

/** A part of a day, as fractions of it. */
interface DayPart {
  readonly state: TimelineState;
  readonly from: number;
  readonly to: number;
}

export interface TimelineDay {
  /** Midnight at its beginning, in milliseconds since 1970. */
  readonly start: number;
  readonly parts: readonly DayPart[];
  /** Milliseconds of each state. */
  readonly total: Readonly<Record<TimelineState, number>>;
  /** How often the device went away on this day. */
  readonly timesAway: number;
  /** Of the round trips, in milliseconds; null without one. */
  readonly meanMs: number | null;
  readonly slowestMs: number | null;
}

const nothing = (): Record<TimelineState, number> =>
  Object.fromEntries(TIMELINE_STATES.map((state) => [state, 0])) as Record<TimelineState, number>;

/** The days of a timeline as people here count them, oldest first; the last one is today. */
export function daysOf({ to, spans, roundTrips }: Timeline): TimelineDay[] {
  const today = new Date(to);
  return Array.from({ length: TIMELINE_DAYS }, (_, index) => {
    const back = TIMELINE_DAYS - 1 - index;
    // By the calendar: where the clocks change, a day has 23 or 25 hours.
    const midnight = (days: number) =>
      new Date(today.getFullYear(), today.getMonth(), today.getDate() + days).getTime();
    const start = midnight(-back);
    const end = midnight(1 - back);
    const total = nothing();
    let timesAway = 0;
    const parts = spans.flatMap((span) => {
      const [began, ended] = [Date.parse(span.from), Date.parse(span.to)];
      const [first, last] = [Math.max(began, start), Math.min(ended, end)];
      if (last <= first) return [];
      total[span.state] += last - first;
      if (span.state === 'away' && began >= start) timesAway += 1;
      const fraction = (at: number) => (at - start) / (end - start);
      return [{ state: span.state, from: fraction(first), to: fraction(last) }];
    });
    const trips = roundTrips.filter(({ at }) => Date.parse(at) >= start && Date.parse(at) < end);
    return {
      start,
      parts,
      total,
      timesAway,
      meanMs: trips.length > 0 ? trips.reduce((sum, { meanMs }) => sum + meanMs, 0) / trips.length : null,
      slowestMs: trips.length > 0 ? Math.max(...trips.map(({ slowestMs }) => slowestMs)) : null,
    };
  });
}

/** The whole timeline in three numbers. */
export interface TimelineSummary {
  readonly timesAway: number;
  readonly awayMs: number;
  /** The longest time away; null when there was none. */
  readonly longest: { readonly from: string; readonly ms: number } | null;
  readonly isEmpty: boolean;
}

export function summaryOf({ spans }: Timeline): TimelineSummary {
  const away = spans
    .filter(({ state }) => state === 'away')
    .map(({ from, to }) => ({ from, ms: Date.parse(to) - Date.parse(from) }));
  return {
    timesAway: away.length,
    awayMs: away.reduce((sum, { ms }) => sum + ms, 0),
    longest: away.reduce<TimelineSummary['longest']>(
      (longest, each) => (longest === null || each.ms > longest.ms ? each : longest),
      null,
    ),
    isEmpty: spans.every(({ state }) => state === 'not-checked'),
  };
}
