import type { AppError, ErrorCode } from '../../../shared/errors.ts';

/**
 * What a device answers as long as nobody has tapped Connect Device on it, and for some seconds afterwards: its server
 * is away, starts, or turns every channel away. None of it says anything about the new credentials.
 */
const AWAITED: ReadonlySet<ErrorCode> = new Set([
  'device-unreachable',
  'local-network-blocked',
  'connection-refused',
  'timed-out',
  'name-not-found',
  'connection-lost',
  'not-tls',
  'tls-failed',
  'device-in-use',
  'certificate-or-channel-refused',
  'mtls-inconclusive',
]);

/** Whether new credentials go on waiting for their first proof after `error`. */
export const isAwaited = ({ code, clockSuspect }: AppError): boolean =>
  AWAITED.has(code) && clockSuspect !== true;
