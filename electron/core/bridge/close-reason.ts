import type { ErrorCode } from '../../../shared/errors.ts';

export interface EndDetail {
  /** Messages of this connection of the till that were handed over; later ones were not. */
  readonly handedOver: number;
  /** The error that keeps the till from its device. */
  readonly error?: ErrorCode;
  /** What the device ended its channel with; 1005: no code (RFC 6455 section 7.1.5). */
  readonly deviceCode?: number;
  readonly deviceReason?: string;
}

/** Bytes of UTF-8 (RFC 6455 section 5.5.1). */
const MOST_BYTES = 123;

/** The reason of a close: {@link EndDetail} as JSON. What the device said is cut to fit; the status has all of it. */
export function closeReason({ deviceReason = '', ...detail }: EndDetail): string {
  const withReason = (reason: string) =>
    JSON.stringify(reason === '' ? detail : { ...detail, deviceReason: reason });
  const characters = [...deviceReason];
  while (characters.length > 0 && Buffer.byteLength(withReason(characters.join(''))) > MOST_BYTES)
    characters.pop();
  return withReason(characters.join(''));
}
