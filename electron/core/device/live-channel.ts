import type { X509Certificate } from 'node:crypto';
import { type Failure, failure } from '../failure.ts';
import { endFailure, lossFailure, openChannelSocket } from './channel-socket.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import type { PresentOptions } from './quiet-check.ts';
import { closeWebSocket } from './web-socket.ts';

export type { Heartbeat } from './heartbeat.ts';

export interface LiveChannel {
  /** The device's, as seen now: a restarted device may have a new one. */
  readonly certificate: X509Certificate;
  /** Ends the channel without an `onLost`. Resolves when the device has seen the end, soon in any case. */
  close(): Promise<void>;
}

/**
 * Opens the one WebSocket channel a paired device offers and keeps it alive with pings. Throws {@link Failure} when it
 * cannot be opened; afterwards `onLost` is called once, when it ends by itself. Both name `device-in-use` when another
 * program has the channel, or takes it over (refusals.ts).
 */
export async function openLiveChannel(
  options: PresentOptions,
  heartbeat: Heartbeat,
  onLost: (failure: Failure) => void,
): Promise<LiveChannel> {
  const { socket, connection } = await openChannelSocket(options);
  const clock = heartbeat.clock ?? (() => performance.now());
  const openedAt = clock();
  const openMs = () => clock() - openedAt;
  let ended = false;
  const end = () => {
    ended = true;
    stopHeartbeat();
  };
  const lose = (reason: Failure) => {
    if (ended) return;
    end();
    socket.terminate();
    onLost(reason);
  };
  const stopHeartbeat = startHeartbeat(socket, heartbeat, () =>
    lose(failure('timed-out', 'no answer to a ping')),
  );
  socket.on('error', (error) => lose(lossFailure(error, openMs())));
  socket.on('close', (code, reason) => lose(endFailure(code, reason.toString(), openMs())));
  return {
    certificate: connection.certificate,
    close: () => {
      end();
      return closeWebSocket(socket);
    },
  };
}
