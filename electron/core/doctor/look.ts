import type { ErrorCode } from '../../../shared/errors.ts';
import { type ConnectionOptions, openConnection, type Trust } from '../device/connection.ts';
import { withDeadline } from '../device/deadline.ts';
import { toAppError } from '../failure.ts';
import type { Look, Visit } from './visit.ts';

async function lookWith(
  visit: Visit,
  trust: Trust,
  signal: AbortSignal,
  more: Partial<ConnectionOptions>,
): Promise<Look> {
  const { address, context } = visit;
  let spokeTls = false;
  try {
    const { socket, certificate, identity, rootCa } = await openConnection({
      address,
      trust,
      signal: withDeadline(signal, context.timing.connectMs),
      onServerHello: () => {
        spokeTls = true;
      },
      ...more,
    });
    socket.destroy();
    return { kind: 'seen', certificate, identity, root: rootCa.root };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return { kind: 'failed', error: toAppError(thrown), spokeTls };
  }
}

/** Ends of a handshake by which a device may mean that it wants to see a certificate first. */
const WANTS_CERTIFICATE: ReadonlySet<ErrorCode> = new Set(['device-demands-certificate', 'connection-lost']);

/**
 * One TLS handshake with the device, without a byte of HTTP or WebSocket. This register's certificate is shown only
 * where the device lets nobody in without one.
 */
export async function lookAt(visit: Visit, trust: Trust, signal: AbortSignal): Promise<Look> {
  const { tcp } = visit;
  visit.tcp = undefined;
  const look = await lookWith(visit, trust, signal, tcp ? { tcp } : {});
  if (look.kind === 'seen' || !look.spokeTls || !WANTS_CERTIFICATE.has(look.error.code)) return look;
  const clientCertificate = await visit.credentials().catch(() => undefined);
  return clientCertificate ? lookWith(visit, trust, signal, { clientCertificate }) : look;
}
