import { X509Certificate } from 'node:crypto';
import { ChannelLeases } from '../../electron/core/channel/channel-lease.ts';
import type { CoreContext, Timing } from '../../electron/core/context.ts';
import type { AttemptEnd } from '../../electron/core/news.ts';
import { PairingAttempt } from '../../electron/core/pairing/pairing-attempt.ts';
import { validateRequest } from '../../electron/core/pairing/valid-request.ts';
import type { DeviceIdentity } from '../../shared/identity.ts';
import type { Transport } from '../../shared/inputs.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import type { PairingProgress } from '../../shared/pairing.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { TEST_ACCOUNT } from './account.ts';
import { EVERYBODY } from './manager.ts';
import { memoryVault } from './vault.ts';

/** Short enough that a test of a time-out is quick, long enough for RSA keys on a busy machine. */
export const TEST_TIMING: Timing = {
  connectMs: 4_000,
  answerMs: 8_000,
  proofMs: 4_000,
  proofPauseMs: 40,
  proofPatienceMs: 0,
  waitingCheckMs: 0,
};

export interface PairOptions extends Partial<PairingRequest> {
  readonly confirm?: (identity: DeviceIdentity) => boolean | Promise<boolean>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PairingProgress) => void;
  readonly onWaiting?: () => void;
  readonly onEnd?: (end: AttemptEnd) => void;
}

/** A register without a screen: the core as the app uses it, over a vault in memory. */
export function testRegister(rootCaPem: string | undefined, timing: Partial<Timing> = {}) {
  const parts = memoryVault(TEST_ACCOUNT);
  let now = () => Date.now();
  const context: CoreContext = {
    vault: parts.vault,
    leases: new ChannelLeases(),
    now: () => now(),
    builtAt: 0,
    timing: { ...TEST_TIMING, ...timing },
    software: { version: '1.0.0', system: 'Test 1' },
  };
  const trust = (pem: string) =>
    parts.vault.trustRootCa(
      { root: new X509Certificate(pem), intermediates: [] },
      new Date(now()).toISOString(),
    );
  if (rootCaPem !== undefined) trust(rootCaPem);
  return {
    ...parts,
    context,
    trust,
    setClock: (clock: () => number) => {
      now = clock;
    },
    /** Pairs with the code the device shows, confirming whatever serial it states. */
    async pair(
      device: Pick<SimulatedDevice, 'addresses' | 'code'>,
      transport: Transport,
      options: PairOptions = {},
    ) {
      const progress: PairingProgress[] = [];
      const asked: DeviceIdentity[] = [];
      const {
        confirm = () => true,
        signal,
        onProgress,
        onWaiting = () => {},
        onEnd = () => {},
        ...request
      } = options;
      const attempt = new PairingAttempt({
        authorize: EVERYBODY,
        request: validateRequest({
          address: device.addresses[transport],
          transport,
          code: device.code,
          posId: 'POS-1',
          serial: '',
          serialSource: 'typed',
          replaces: null,
          allowSwap: false,
          ...request,
        }),
        context,
        onProgress: (snapshot) => {
          progress.push(snapshot);
          const { identityQuestion: question } = snapshot;
          if (question && asked.at(-1) !== question.identity) {
            asked.push(question.identity);
            void Promise.resolve(confirm(question.identity)).then((yes) => attempt.answerIdentity(yes));
          }
          onProgress?.(snapshot);
        },
        onWaiting,
        onEnd,
      });
      const onAbort = () => attempt.cancel();
      if (signal?.aborted) onAbort();
      signal?.addEventListener('abort', onAbort);
      const { result } = await attempt.run();
      return { result, progress, asked, last: progress[progress.length - 1] };
    },
  };
}
