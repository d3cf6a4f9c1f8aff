import { isDeepStrictEqual } from 'node:util';
import type { BridgeView } from '../../../shared/bridge.ts';
import { diagnose } from './diagnose.ts';
import type { BridgeEvent } from './event.ts';

const tillOf = ({ till }: BridgeView): 'connected' | 'waiting' | null =>
  till && (till.connected ? 'connected' : 'waiting');

/** Makes diagnostic events of how bridges are, once for each change; that messages are counted is none. */
export class BridgeDiagnosis {
  readonly #told = new Map<string, BridgeEvent>();
  /** When the last till of each left. */
  readonly #leftAt = new Map<string, string>();

  changed(pairingId: string, view: BridgeView): void {
    this.#tillLeft(pairingId, view);
    const { settings, state, reason } = view;
    const event: BridgeEvent = {
      kind: 'bridge',
      state,
      code: reason?.code ?? null,
      port: settings.port,
      origins: settings.origins.length,
      till: tillOf(view),
    };
    if (isDeepStrictEqual(event, this.#told.get(pairingId))) return;
    this.#told.set(pairingId, event);
    diagnose({ pairingId, ...event });
  }

  forget(pairingId: string): void {
    this.#told.delete(pairingId);
    this.#leftAt.delete(pairingId);
  }

  #tillLeft(pairingId: string, { lastTill }: BridgeView): void {
    if (!lastTill || this.#leftAt.get(pairingId) === lastTill.until) return;
    this.#leftAt.set(pairingId, lastTill.until);
    const { since, until, fromTill, fromDevice, closeCode, deviceCode = null } = lastTill;
    const openMs = Date.parse(until) - Date.parse(since);
    // The reason is the device's own text.
    diagnose({ pairingId, kind: 'bridge-till-left', openMs, fromTill, fromDevice, closeCode, deviceCode });
  }
}
