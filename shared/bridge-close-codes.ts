/**
 * How the bridge ends a till's connection. A close code is a fate and a cause: `4100` or `4200` plus the number of
 * the cause. docs/bridge.md has the table, written from here by `npm run docs:bridge`.
 */
const TILL_FATES = {
  /** No message of the till's connection was handed over, nor will one be. */
  'not-handed-over': 4100,
  /** At least one was. Unless its answer has arrived, its outcome is unknown. */
  'outcome-unknown': 4200,
} as const;
export type TillFate = keyof typeof TILL_FATES;

interface Cause {
  readonly number: number;
  /** When it happens, in English, for the people who write a till. */
  readonly when: string;
  readonly till: string;
  /** The fates it comes with; left out: both. */
  readonly only?: TillFate;
}

export const BRIDGE_CLOSE_CAUSES = {
  'device-away': {
    number: 1,
    when: 'The device could not be reached, or the connection to it broke.',
    till: 'Connect again; the bridge waits for the device.',
  },
  'device-closed': {
    number: 2,
    when: 'The device ended the channel. `deviceCode` and `deviceReason` are what it said.',
    till: 'Connect again.',
  },
  'device-in-use': {
    number: 3,
    when: 'Another program has the device’s one channel.',
    till: 'Tell staff to close the other program, then connect again.',
  },
  paused: {
    number: 4,
    when: 'The app needs the channel itself, for a pairing or a full test.',
    till: 'Connect again after some seconds.',
  },
  'needs-person': {
    number: 5,
    when: 'Somebody has to look first: the device refuses the keys, another device answers, a certificate has ended. `error` says which.',
    till: 'Tell staff to open the app, which says what to do.',
  },
  'bridge-ended': {
    number: 6,
    when: 'The bridge was switched off, got other settings or another token, or the app ends.',
    till: 'Connect again after some seconds, at most five times.',
  },
  'another-till': {
    number: 7,
    when: 'Another till is connected. It stays connected.',
    till: 'Tell staff which till to close.',
    only: 'not-handed-over',
  },
  binary: {
    number: 8,
    when: 'A binary message, from either end. The channel carries text.',
    till: 'Correct the till, unless it was the device’s: send strings.',
  },
  'too-large': {
    number: 9,
    when: 'A message, of either end, was larger than the limit set for the bridge.',
    till: 'Make the message smaller or, if it was the device’s answer, have the limit raised.',
  },
  malformed: {
    number: 10,
    when: 'What one end has sent is no WebSocket message, or no UTF-8.',
    till: 'Correct the till, unless it was the device’s.',
  },
} as const satisfies Record<string, Cause>;

export type BridgeCloseCause = keyof typeof BRIDGE_CLOSE_CAUSES;

export const bridgeCloseCode = (fate: TillFate, cause: BridgeCloseCause): number =>
  TILL_FATES[fate] + BRIDGE_CLOSE_CAUSES[cause].number;
