import { Doctor, type DoctorParts } from '../../electron/core/doctor/doctor.ts';
import { systemWorld } from '../../electron/core/doctor/world.ts';
import type { CheckResult, DoctorCheck, DoctorProgress } from '../../shared/doctor.ts';
import type { DoctorRequest } from '../../shared/ipc/doctor.ts';
import { TEST_ACCOUNT } from './account.ts';
import { watchRegister } from './monitor.ts';
import type { testRegister } from './register.ts';

/** A result in one word, with what was found: `ok speaks-tls`, `failed connection-refused`, `not-run needs tcp`. */
export function inWords(result: CheckResult | undefined): string {
  if (!result) return 'missing';
  if ('told' in result) {
    const { told } = result;
    return `${result.state} ${told.by === 'finding' ? told.finding : told.error.code}`;
  }
  if (!('because' in result)) return result.state;
  const { because } = result;
  return `not-run ${because.reason}${because.reason === 'needs' ? ` ${because.check}` : ''}`;
}

/** A register with its monitor and a doctor. */
export function doctorOf(register: ReturnType<typeof testRegister>, parts: Partial<DoctorParts> = {}) {
  const watched = watchRegister(register);
  const { monitor } = watched;
  const told: DoctorProgress[] = [];
  const listeners = new Set<(progress: DoctorProgress) => void>();
  const doctor = new Doctor({
    context: register.context,
    world: systemWorld(async () => undefined),
    account: async () => ({ account: TEST_ACCOUNT, risk: null }),
    quietCheck: (id) => monitor.check(id),
    fullTest: (id, held) => monitor.fullTest(id, held),
    isInUse: ({ identity }) => register.context.leases.holderOf(identity) === 'bridge',
    tell: (news) => {
      if (news.type !== 'doctor-progress') return;
      told.push(news.progress);
      for (const listener of listeners) listener(news.progress);
    },
    ...parts,
  });
  return {
    doctor,
    told,
    watched,
    async examine(
      request: DoctorRequest,
      onProgress: (progress: DoctorProgress) => void = () => {},
    ): Promise<{ readonly end: DoctorProgress; readonly results: Record<DoctorCheck, string> }> {
      const ended = new Promise<DoctorProgress>((resolve) => {
        const listener = (progress: DoctorProgress) => {
          onProgress(progress);
          if (progress.endedAt === null || progress.runId !== id) return;
          listeners.delete(listener);
          resolve(progress);
        };
        listeners.add(listener);
      });
      const { runId: id } = doctor.start(request);
      const end = await ended;
      const results = Object.fromEntries(end.checks.map((result) => [result.check, inWords(result)]));
      return { end, results: results as Record<DoctorCheck, string> };
    },
    async close() {
      await doctor.close();
      await monitor.close();
    },
  };
}
