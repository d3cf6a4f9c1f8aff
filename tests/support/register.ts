import { randomUUID, X509Certificate } from 'node:crypto';
import type { PairingContext, Timing } from '../../electron/core/context.ts';
import { pairRegister } from '../../electron/core/pairing/pair-register.ts';
import { validateRequest } from '../../electron/core/pairing/valid-request.ts';
import type { DeviceIdentity } from '../../shared/identity.ts';
import type { Transport } from '../../shared/inputs.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import type { PairingProgress } from '../../shared/pairing.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { memoryVault } from './vault.ts';

/** Short enough that a test of a time-out is quick, long enough for RSA keys on a busy machine. */
export const TEST_TIMING: Timing = {
  connectMs: 4_000,
  answerMs: 8_000,
  proofMs: 4_000,
  proofRetry: { delayMs: 50, tries: 3 },
};

export interface PairOptions extends Partial<PairingRequest> {
  readonly confirm?: (identity: DeviceIdentity) => boolean | Promise<boolean>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PairingProgress) => void;
}

/** A register without a screen: the core as the app uses it, over a vault in memory. */
export function testRegister(rootCaPem: string, timing: Partial<Timing> = {}) {
  const parts = memoryVault();
  let now = () => Date.now();
  const context: PairingContext = {
    vault: parts.vault,
    now: () => now(),
    builtAt: 0,
    timing: { ...TEST_TIMING, ...timing },
  };
  const trust = (pem: string) =>
    parts.vault.trustRootCa(
      { root: new X509Certificate(pem), intermediates: [] },
      new Date(now()).toISOString(),
    );
  trust(rootCaPem);
  return {
    ...parts,
    context,
    trust,
    setClock: (clock: () => number) => {
      now = clock;
    },
    /** Pairs with the code the device shows, confirming whatever serial it states. */
    async pair(device: SimulatedDevice, transport: Transport, options: PairOptions = {}) {
      const progress: PairingProgress[] = [];
      const asked: DeviceIdentity[] = [];
      const { confirm = () => true, signal = new AbortController().signal, onProgress, ...request } = options;
      const valid = validateRequest({
        address: device.addresses[transport],
        transport,
        code: device.code,
        posId: 'POS-1',
        serial: '',
        serialSource: 'typed',
        replaces: null,
        allowSwap: false,
        ...request,
      });
      const result = await pairRegister(
        { attemptId: randomUUID(), pairingId: valid.replaces ?? randomUUID() },
        valid,
        context,
        {
          freeDevice: async () => {},
          onProgress: (snapshot) => {
            progress.push(snapshot);
            onProgress?.(snapshot);
          },
          confirmIdentity: async (identity) => {
            asked.push(identity);
            return confirm(identity);
          },
        },
        signal,
      );
      return { result, progress, asked, last: progress[progress.length - 1] };
    },
  };
}
