import type { PairingRecord, Readiness } from '../../../shared/pairing.ts';
import type { CoreContext } from '../context.ts';
import { openChannelSocket } from '../device/channel-socket.ts';
import type { ClientCertificate, Trust } from '../device/connection.ts';
import { withDeadline } from '../device/deadline.ts';
import { askStatus, type StatusAnswer } from '../device/status-request.ts';
import { closeWebSocket } from '../device/web-socket.ts';

/** Milliseconds the whole question may take: a pairing waits no longer for its answer. */
const WITHIN_MS = 3_000;

/** What is kept of an answer. */
export function readinessOf(answer: StatusAnswer, now: number): Readiness {
  const at = new Date(now).toISOString();
  switch (answer.kind) {
    case 'answered':
    case 'error-response':
      return { result: answer.kind, at, ...(answer.message && { message: answer.message }) };
    default:
      return { result: 'silent', at };
  }
}

/**
 * Asks the payment app on a device that has just been proved whether it answers, over one short channel. To be called
 * while its lease is held. Never throws: what keeps the question from being answered is `silent`, and being broken off
 * is no answer at all.
 */
export async function askReadiness(
  { address, identity }: Pick<PairingRecord, 'address' | 'identity'>,
  clientCertificate: ClientCertificate,
  { now }: Pick<CoreContext, 'now'>,
  trust: Trust,
  signal: AbortSignal,
): Promise<Readiness | undefined> {
  const deadline = withDeadline(signal, WITHIN_MS);
  try {
    const channel = await openChannelSocket({
      address,
      identity,
      trust,
      clientCertificate,
      signal: deadline,
    });
    try {
      return readinessOf(await askStatus(channel, WITHIN_MS, deadline), now());
    } finally {
      await closeWebSocket(channel.socket);
    }
  } catch {
    return signal.aborted ? undefined : readinessOf({ kind: 'silent' }, now());
  }
}
