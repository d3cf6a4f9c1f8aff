import { openChannelSocket } from '../device/channel-socket.ts';
import { withDeadline } from '../device/deadline.ts';
import { pinnedTrust } from '../root-ca/trust.ts';
import { notRun, ok } from './verdict.ts';
import type { Check } from './visit.ts';

/** Whatever the pairing went over: the POS software talks to the device by WebSocket. */
export const checkWebSocket: Check = {
  name: 'websocket',
  needs: ['certificate'],
  usesChannel: true,
  run: async (visit, signal) => {
    const { subject, context } = visit;
    const clientCertificate = await visit.credentials();
    if (subject.kind === 'stranger' || !clientCertificate) return notRun({ reason: 'not-paired' });
    const { address, identity } = subject.pairing;
    visit.channel = await openChannelSocket(
      {
        address,
        identity,
        trust: pinnedTrust(subject.pairing, context),
        clientCertificate,
        signal: withDeadline(signal, context.timing.proofMs),
      },
      {},
      (deviceTime) => {
        visit.clockAheadMs = deviceTime - context.now();
      },
    );
    return ok('websocket-open');
  },
};
