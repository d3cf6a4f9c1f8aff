import type { ChannelSocket } from '../device/channel-socket.ts';
import { cancellable, withDeadline } from '../device/deadline.ts';
import { failed, notRun, ok, type Verdict, warning } from './verdict.ts';
import type { Check } from './visit.ts';

const TIMES = 10;
const PONG_WITHIN_MS = 2_000;
/** A median above this, in milliseconds, is felt at the counter and comes from a poor Wi-Fi. */
const SLOW_MS = 250;

/** @param trips milliseconds of each ping that was answered, of `TIMES` */
export function judgeRoundTrips(trips: readonly number[]): Verdict {
  const sorted = trips.toSorted((a, b) => a - b);
  const [fastest, slowest] = [sorted[0], sorted[sorted.length - 1]];
  const median = sorted[Math.floor(sorted.length / 2)];
  if (fastest === undefined || slowest === undefined || median === undefined)
    return failed('round-trips-lost', { answered: 0, times: TIMES });
  if (sorted.length < TIMES) return warning('round-trips-lost', { answered: sorted.length, times: TIMES });
  const values = { times: TIMES, fastestMs: fastest, medianMs: median, slowestMs: slowest };
  return median > SLOW_MS ? warning('round-trips-slow', values) : ok('round-trips', values);
}

function pingOnce({ socket }: ChannelSocket, signal: AbortSignal): Promise<number> {
  return cancellable<number>(signal, 'the answer to a ping', (resolve, reject) => {
    const sentAt = performance.now();
    const onPong = () => {
      socket.off('close', onClose);
      resolve(performance.now() - sentAt);
    };
    const onClose = () => {
      socket.off('pong', onPong);
      reject(new Error('closed'));
    };
    socket.once('pong', onPong).once('close', onClose);
    if (socket.readyState === socket.OPEN) socket.ping();
    else onClose();
    return () => {
      socket.off('pong', onPong).off('close', onClose);
    };
  });
}

export const checkRoundTrip: Check = {
  name: 'round-trip',
  needs: ['websocket'],
  usesChannel: true,
  run: async ({ channel }, signal) => {
    if (!channel) return notRun({ reason: 'needs', check: 'websocket' });
    const trips: number[] = [];
    for (let ping = 0; ping < TIMES; ping += 1) {
      try {
        trips.push(await pingOnce(channel, withDeadline(signal, PONG_WITHIN_MS)));
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        // One that is late would be taken for the answer to the next one.
        break;
      }
    }
    return judgeRoundTrips(trips);
  },
};
