import { openTcp } from '../device/connection.ts';
import { withDeadline } from '../device/deadline.ts';
import { toAppError } from '../failure.ts';
import { byError, failed, ok } from './verdict.ts';
import type { Check } from './visit.ts';

/** No device serves here, so a computer that is there refuses at once, unless somebody lets nothing through. */
const ANOTHER_PORT = 9;
const KNOCK_MS = 1_500;

/**
 * Refused: somebody is there and nobody serves the port. Filtered: the network or a firewall says so, or lets another
 * port through. Silent: nothing comes back at all.
 */
export const checkTcp: Check = {
  name: 'tcp',
  needs: ['name'],
  run: async (visit, signal) => {
    const { address, context } = visit;
    try {
      visit.tcp = await openTcp({ address, signal: withDeadline(signal, context.timing.connectMs) });
      if (visit.routed) visit.amend('networks', visit.routed);
      return ok('port-open', { port: String(address.port) });
    } catch (thrown) {
      const error = toAppError(thrown);
      if (signal.aborted) throw thrown;
      if (error.code !== 'timed-out') return byError('failed', error);
      const knock = { host: address.host, port: ANOTHER_PORT };
      const said = await openTcp({ address: knock, signal: withDeadline(signal, KNOCK_MS) }).then(
        (socket) => socket.destroy() && 'open',
        (refusal: unknown) => toAppError(refusal).code,
      );
      return said === 'connection-refused' || said === 'open'
        ? failed('port-filtered', { port: String(address.port) })
        : byError('failed', error);
    }
  },
};
