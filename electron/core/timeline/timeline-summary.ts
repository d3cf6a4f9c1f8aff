import type { Timeline, TimelineState } from '../../../shared/timeline.ts';

const MINUTE_MS = 60_000;

export interface TimelineSummary {
  readonly from: string;
  readonly to: string;
  /** Minutes of each state. */
  readonly minutes: Readonly<Partial<Record<TimelineState, number>>>;
  /** How often the device went away. */
  readonly timesAway: number;
  /** Milliseconds; null without a round trip. */
  readonly meanMs: number | null;
  readonly slowestMs: number | null;
}

export function summarizeTimeline({ from, to, spans, roundTrips }: Timeline): TimelineSummary {
  const minutes: Partial<Record<TimelineState, number>> = {};
  for (const { state, ...span } of spans) {
    const length = (Date.parse(span.to) - Date.parse(span.from)) / MINUTE_MS;
    minutes[state] = Math.round((minutes[state] ?? 0) + length);
  }
  const total = roundTrips.reduce((sum, { meanMs }) => sum + meanMs, 0);
  return {
    from,
    to,
    minutes,
    timesAway: spans.filter(({ state }) => state === 'away').length,
    meanMs: roundTrips.length > 0 ? Math.round(total / roundTrips.length) : null,
    slowestMs: roundTrips.length > 0 ? Math.max(...roundTrips.map(({ slowestMs }) => slowestMs)) : null,
  };
}
