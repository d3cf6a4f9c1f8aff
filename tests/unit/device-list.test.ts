import { describe, expect, it } from 'vitest';
import { nextInQueue, reduceDeviceList, WHOLE_LIST } from '../../renderer/state/device-list.ts';
import type { Event } from '../../renderer/state/model.ts';
import { daysOf, summaryOf } from '../../renderer/state/timeline-days.ts';
import type { Timeline } from '../../shared/timeline.ts';

const play = (...events: Event[]) => events.reduce(reduceDeviceList, WHOLE_LIST);
const opened = (id: string): Event => ({ type: 'went', place: { name: 'device', id } });
const started: Event = { type: 'queue-started', ids: ['a', 'b', 'c', 'd'] };

describe('how the list of devices is looked at', () => {
  it('outlives a visit to another screen, and begins at the first page of what is asked for', () => {
    const slice = play(
      { type: 'list-changed', change: { page: 3 } },
      { type: 'list-changed', change: { picked: new Set(['a']) } },
      { type: 'list-changed', change: { query: 'bar' } },
      { type: 'list-changed', change: { page: 2 } },
      opened('a'),
      { type: 'went', place: { name: 'home' } },
    );
    expect(slice).toMatchObject({ query: 'bar', page: 2, picked: new Set(['a']) });
    expect(reduceDeviceList(slice, { type: 'list-changed', change: { order: 'certificate' } }).page).toBe(0);
  });

  it('knows how far the check of all is until it has ended', () => {
    const push = { type: 'checks-progress', progress: { done: 1, total: 9 } } as const;
    const during = play({ type: 'pushed', push, at: '' });
    expect(during.checks).toEqual({ done: 1, total: 9 });
    expect(reduceDeviceList(during, { type: 'all-checks-ended' }).checks).toBeNull();
  });
});

describe('the queue of devices that need attention', () => {
  it('leads to the next one that still needs it, and keeps its numbers', () => {
    const { queue } = play(started, opened('a'));
    if (!queue) throw new Error('no queue');
    expect(nextInQueue(queue, new Set(['a', 'b', 'c', 'd']))).toEqual({ id: 'b', number: 2 });
    // The second was put right by itself meanwhile.
    expect(nextInQueue(queue, new Set(['a', 'c', 'd']))).toEqual({ id: 'c', number: 3 });
    expect(nextInQueue(queue, new Set(['a']))).toBeNull();
  });

  it('goes on where it was left, is not disturbed by other devices, and ends', () => {
    const slice = play(started, opened('c'), { type: 'went', place: { name: 'home' } }, opened('x'));
    expect(slice.queue?.at).toBe(2);
    expect(reduceDeviceList(slice, { type: 'queue-ended' }).queue).toBeNull();
  });
});

describe('a timeline by days', () => {
  const local = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
  const timeline: Timeline = {
    from: local(17, 12),
    to: local(24, 12),
    spans: [
      { state: 'not-checked', from: local(17, 12), to: local(22, 6) },
      { state: 'answered', from: local(22, 6), to: local(22, 18) },
      { state: 'away', from: local(22, 18), to: local(23, 6) },
      { state: 'answered', from: local(23, 6), to: local(24, 12) },
    ],
    roundTrips: [
      { at: local(23, 7), meanMs: 10, slowestMs: 40 },
      { at: local(23, 8), meanMs: 20, slowestMs: 30 },
    ],
  };

  it('splits what goes over midnight, and counts a time away on the day it began', () => {
    const days = daysOf(timeline);
    expect(days).toHaveLength(7);
    expect(days[4]).toMatchObject({
      start: Date.parse(local(22, 0)),
      timesAway: 1,
      meanMs: null,
      parts: [
        { state: 'not-checked', from: 0, to: 0.25 },
        { state: 'answered', from: 0.25, to: 0.75 },
        { state: 'away', from: 0.75, to: 1 },
      ],
    });
    expect(days[5]).toMatchObject({ timesAway: 0, meanMs: 15, slowestMs: 40 });
    expect(days[5]?.total.away).toBe(6 * 3_600_000);
    expect(days[6]?.parts).toEqual([{ state: 'answered', from: 0, to: 0.5 }]);
  });

  it('is summed up', () => {
    expect(summaryOf(timeline)).toEqual({
      timesAway: 1,
      awayMs: 12 * 3_600_000,
      longest: { from: local(22, 18), ms: 12 * 3_600_000 },
      isEmpty: false,
    });
  });
});
