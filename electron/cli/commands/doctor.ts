import type { z } from 'zod';
import { type CheckResult, type DoctorProgress, doctorResult, firstTrouble } from '../../../shared/doctor.ts';
import type { DoctorRequest } from '../../../shared/ipc/doctor.ts';
import { failure } from '../../core/failure.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { DOCUMENTS } from '../documents.ts';
import { type Exit, exitOf, usageError } from '../exit-codes.ts';
import { optionOf } from '../parse.ts';
import { english, problemOf } from '../problem.ts';
import { whichPairing } from '../which-pairing.ts';

/** Checks that look at the way to the device rather than at it. */
const ON_THE_WAY: ReadonlySet<CheckResult['check']> = new Set([
  'networks',
  'vpn-proxy',
  'name',
  'tcp',
  'speaks',
]);

function exitOfRun({ checks, endedAt }: DoctorProgress): Exit {
  if (doctorResult({ checks, endedAt }) !== 'failed') return 'ok';
  const trouble = firstTrouble(checks);
  if (trouble?.told.by === 'error') return exitOf(trouble.told.error.code);
  return trouble && ON_THE_WAY.has(trouble.check) ? 'unreachable' : 'refused';
}

function lineOf(result: CheckResult): string {
  const name = english(`doctor.checks.${result.check}`);
  if ('because' in result) return `${result.state.padEnd(8)} ${name} (${result.because.reason})`;
  if (!('told' in result)) return `${result.state.padEnd(8)} ${name}`;
  const { told, state } = result;
  const what =
    told.by === 'error'
      ? problemOf(told.error).message
      : english(`doctor.findings.${told.finding}`, told.values);
  return `${state.padEnd(8)} ${name}: ${what}`;
}

function requestOf({ invocation, core }: CommandContext): DoctorRequest {
  const address = optionOf(invocation, 'address');
  if (address === undefined)
    return {
      of: 'pairing',
      pairingId: whichPairing(invocation, core).id,
      takeChannel: invocation.switches.has('take-channel'),
    };
  if (optionOf(invocation, 'pos-id') !== undefined || optionOf(invocation, 'id') !== undefined)
    throw usageError('--address is for a device that is not paired: leave --pos-id and --id out.');
  return { of: 'address', address, serial: optionOf(invocation, 'serial') ?? '' };
}

/** All checks of one device. */
export async function doctor(
  context: CommandContext,
): Promise<Outcome<z.infer<(typeof DOCUMENTS)['doctor']>>> {
  const { core, hear, io, progress } = context;
  let stopHearing = () => {};
  const finished = new Promise<DoctorProgress>((resolve, reject) => {
    let runId: string | undefined;
    const told = new Set<string>();
    stopHearing = hear((news) => {
      if (news.type !== 'doctor-progress' || news.progress.runId !== runId) return;
      for (const result of news.progress.checks) {
        if (result.state === 'waiting' || result.state === 'running' || told.has(result.check)) continue;
        told.add(result.check);
        progress(lineOf(result));
      }
      if (news.progress.endedAt !== null) resolve(news.progress);
    });
    io.signal.addEventListener('abort', () => runId && core.doctor.cancel(runId), { once: true });
    try {
      ({ runId } = core.doctor.start(requestOf(context)));
    } catch (thrown) {
      reject(thrown);
    }
  });
  try {
    const { runId: _id, ...run } = await finished;
    if (io.signal.aborted) throw failure('cancelled', 'the checks');
    const result = doctorResult(run);
    if (result === 'running') throw failure('internal', 'the run has not ended');
    return {
      exit: exitOfRun({ runId: _id, ...run }),
      document: { ...run, result },
      text: `${[...run.checks.map(lineOf), `Result: ${result}`].join('\n')}\n`,
    };
  } finally {
    stopHearing();
  }
}
