import type { ChecksProgress } from '../../shared/status.ts';
import type { Event } from './model.ts';

export const ORDERS = ['name', 'certificate'] as const;
type Order = (typeof ORDERS)[number];

/** The devices that needed attention, to be looked at one after the other. */
export interface Queue {
  /** In the order of the list. */
  readonly ids: readonly string[];
  /** The one that was opened last, counted from 0. */
  readonly at: number;
}

/** How the list of paired devices is looked at. It outlives a visit to another screen. */
export interface DeviceListSlice {
  readonly query: string;
  readonly order: Order;
  readonly page: number;
  /** Those that needed attention when only they were asked for: what is put right meanwhile stays in sight. */
  readonly picked: ReadonlySet<string> | null;
  readonly queue: Queue | null;
  /** The check of all devices, while it runs. */
  readonly checks: ChecksProgress | null;
}

export const WHOLE_LIST: DeviceListSlice = {
  query: '',
  order: 'name',
  page: 0,
  picked: null,
  queue: null,
  checks: null,
};

export type DeviceListEvent =
  /** The first page of what is then found, unless `page` is part of it. */
  | {
      readonly type: 'list-changed';
      readonly change: Partial<Pick<DeviceListSlice, 'query' | 'order' | 'page' | 'picked'>>;
    }
  | { readonly type: 'queue-started'; readonly ids: readonly string[] }
  | { readonly type: 'queue-ended' }
  | { readonly type: 'all-checks-ended' };

export function reduceDeviceList(slice: DeviceListSlice, event: Event): DeviceListSlice {
  switch (event.type) {
    case 'loaded':
      return WHOLE_LIST;
    case 'list-changed':
      return { ...slice, page: 0, ...event.change };
    case 'queue-started':
      return { ...slice, queue: { ids: event.ids, at: 0 } };
    case 'queue-ended':
      return { ...slice, queue: null };
    case 'went': {
      const { place } = event;
      const at = place.name === 'device' ? (slice.queue?.ids.indexOf(place.id) ?? -1) : -1;
      return slice.queue && at >= 0 ? { ...slice, queue: { ...slice.queue, at } } : slice;
    }
    case 'pushed':
      return event.push.type === 'checks-progress' ? { ...slice, checks: event.push.progress } : slice;
    case 'all-checks-ended':
      return { ...slice, checks: null };
    default:
      return slice;
  }
}

export interface NextInQueue {
  readonly id: string;
  /** Its place in the queue, counted from 1. */
  readonly number: number;
}

/** The next device of the queue that still needs attention, or null when that was the last one. */
export function nextInQueue({ ids, at }: Queue, attention: ReadonlySet<string>): NextInQueue | null {
  const index = ids.findIndex((id, position) => position > at && attention.has(id));
  const id = ids[index];
  return id === undefined ? null : { id, number: index + 1 };
}
