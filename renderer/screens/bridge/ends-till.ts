import { type BridgeView, parseBridgePort, parseOrigins } from '../../../shared/bridge.ts';

/** What is wanted, as typed, except for the switch. */
interface Wanted {
  readonly on: boolean;
  readonly port: string;
  readonly origins: string;
}

/** Whether this change disconnects the POS software that is connected now. */
export function endsTill({ settings, till }: BridgeView, wanted: Wanted): boolean {
  if (!till?.connected) return false;
  const port = parseBridgePort(wanted.port);
  const origins = parseOrigins(wanted.origins);
  const isOtherPort = port.ok && port.value !== settings.port;
  const isTakenOff = till.origin !== '' && origins.ok && !origins.value.includes(till.origin);
  return !wanted.on || isOtherPort || isTakenOff;
}
