import { type CheckResult, DOCTOR_CHECKS, type DoctorCheck } from '../../../shared/doctor.ts';
import { closeWebSocket } from '../device/web-socket.ts';
import { toAppError } from '../failure.ts';
import { checkAccount } from './check-account.ts';
import { checkApplication } from './check-application.ts';
import { checkCertificate } from './check-certificate.ts';
import { checkChain } from './check-chain.ts';
import { checkClock } from './check-clock.ts';
import { checkIdentity } from './check-identity.ts';
import { checkName } from './check-name.ts';
import { checkNetworks } from './check-networks.ts';
import { checkRoundTrip } from './check-round-trip.ts';
import { checkSpeaks } from './check-speaks.ts';
import { checkStranger } from './check-stranger.ts';
import { checkTcp } from './check-tcp.ts';
import { checkTlsVersions } from './check-tls-versions.ts';
import { checkVpnProxy } from './check-vpn-proxy.ts';
import { checkWebSocket } from './check-websocket.ts';
import { byError, notRun, type Verdict } from './verdict.ts';
import type { Check, Visit } from './visit.ts';

/** As they are made, not as they are shown: a device says what time it has when it opens its channel. */
const CHECKS: readonly Check[] = [
  checkNetworks,
  checkVpnProxy,
  checkName,
  checkTcp,
  checkSpeaks,
  checkTlsVersions,
  checkChain,
  checkIdentity,
  checkAccount,
  checkCertificate,
  checkStranger,
  checkWebSocket,
  checkApplication,
  checkRoundTrip,
  checkClock,
];

/** The device's channel, or why this run does not get it. */
export type Taken =
  | { readonly kind: 'taken'; readonly held: NonNullable<Visit['held']>; readonly release: () => void }
  | { readonly kind: 'left'; readonly verdict: Verdict };

export interface RunParts {
  readonly visit: Omit<Visit, 'amend'>;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Called once, before the first check that needs the channel. */
  readonly takeChannel: () => Promise<Taken>;
  readonly onProgress: (checks: readonly CheckResult[]) => void;
}

/** Makes all checks, one after another; never throws. Returns what they came to, in the order they are shown. */
export async function runChecks({
  visit: parts,
  signal,
  takeChannel,
  onProgress,
}: RunParts): Promise<readonly CheckResult[]> {
  const results = new Map<DoctorCheck, CheckResult>(
    DOCTOR_CHECKS.map((check) => [check, { check, state: 'waiting' }]),
  );
  const shown = () => [...results.values()];
  const set = (result: CheckResult) => {
    results.set(result.check, result);
    onProgress(shown());
  };
  const visit: Visit = {
    ...parts,
    amend: (check, verdict) => {
      const before = results.get(check);
      set(resultOf(check, verdict, before && 'durationMs' in before ? before.durationMs : 0));
    },
  };
  let taken: Taken | undefined;
  onProgress(shown());
  try {
    for (const check of CHECKS) {
      if (check === checkClock) await letGo(visit, taken);
      const startedAt = performance.now();
      const result = (verdict: Verdict) =>
        set(resultOf(check.name, verdict, Math.round(performance.now() - startedAt)));
      if (signal.aborted) {
        result(notRun({ reason: 'cancelled' }));
        continue;
      }
      const missing = check.needs.find((need) => !isPassed(results.get(need)));
      if (missing) {
        result(notRun(reasonOf(results.get(missing)) ?? { reason: 'needs', check: missing }));
        continue;
      }
      set({ check: check.name, state: 'running' });
      if (check.usesChannel) {
        taken ??= await takeChannel();
        if (taken.kind === 'left') {
          result(taken.verdict);
          continue;
        }
        visit.held = taken.held;
      }
      result(await verdictOf(check, visit, signal));
    }
  } finally {
    visit.tcp?.destroy();
    await letGo(visit, taken);
  }
  return shown();
}

async function verdictOf(check: Check, visit: Visit, signal: AbortSignal): Promise<Verdict> {
  const ending = check.usesChannel && visit.held ? visit.held.signal : signal;
  try {
    return await check.run(visit, ending);
  } catch (thrown) {
    if (signal.aborted) return notRun({ reason: 'cancelled' });
    if (ending.aborted) return notRun({ reason: 'gave-way' });
    return byError('failed', toAppError(thrown));
  }
}

/** Twice does no harm. */
async function letGo(visit: Visit, taken: Taken | undefined): Promise<void> {
  if (visit.channel) await closeWebSocket(visit.channel.socket);
  if (taken?.kind === 'taken') taken.release();
}

function isPassed(result: CheckResult | undefined): boolean {
  if (result?.state === 'not-run') return result.because.reason === 'number';
  return result?.state === 'ok' || result?.state === 'warning';
}

/** What was left out for a reason of its own passes that on; what failed, or was itself waiting for another, does not. */
const reasonOf = (result: CheckResult | undefined) =>
  result?.state === 'not-run' && result.because.reason !== 'needs' ? result.because : undefined;

function resultOf(check: DoctorCheck, verdict: Verdict, durationMs: number): CheckResult {
  return verdict.state === 'not-run'
    ? { check, state: 'not-run', because: verdict.because }
    : { check, state: verdict.state, told: verdict.told, durationMs };
}
