import { randomUUID } from 'node:crypto';
import type { AccountView } from '../../../shared/account.ts';
import { DOCTOR_CHECKS, type DoctorProgress } from '../../../shared/doctor.ts';
import { parseAddress, parseSerial } from '../../../shared/inputs.ts';
import type { DoctorRequest } from '../../../shared/ipc/doctor.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { CoreContext } from '../context.ts';
import type { Trust } from '../device/connection.ts';
import { withDeadline } from '../device/deadline.ts';
import { Failure, failure, required } from '../failure.ts';
import type { Tell } from '../news.ts';
import { askReadiness } from '../pairing/ask-readiness.ts';
import { circumstancesOf } from '../pairing/circumstances.ts';
import type { Credentials } from '../pki/credentials.ts';
import { currentTrust, pinnedTrust } from '../root-ca/trust.ts';
import { changesSince } from './changes.ts';
import { runChecks, type Taken } from './run.ts';
import { notRun } from './verdict.ts';
import type { Subject, Visit } from './visit.ts';
import { boundedWorld, type World } from './world.ts';

/** Milliseconds for all that needs the channel, and for waiting until a pairing or another proof has done with it. */
const CHANNEL_MS = 45_000;
const READINESS_MS = 15_000;

export interface DoctorParts extends Pick<Visit, 'quietCheck' | 'fullTest'> {
  readonly context: CoreContext;
  readonly world: World;
  /** The account the app runs under. */
  readonly account: () => Promise<AccountView>;
  /** Whether the POS software has the channel of a pairing's device, as far as is known. */
  readonly isInUse: (pairing: PairingRecord) => boolean;
  readonly tell: Tell;
}

interface Run {
  readonly id: string;
  readonly cancel: AbortController;
  readonly finished: Promise<void>;
}

/** The checks a technician would make, one run at a time; their course is told. */
export class Doctor {
  readonly #parts: DoctorParts;
  #run: Run | undefined;

  constructor(parts: DoctorParts) {
    this.#parts = parts;
  }

  /** Starts a run and ends the one before. Throws {@link Failure} `not-found` and for an address that is none. */
  start(request: DoctorRequest): { runId: string } {
    const subject = this.#subjectOf(request);
    this.#run?.cancel.abort();
    const before = this.#run?.finished;
    const id = randomUUID();
    const cancel = new AbortController();
    const takesChannel = request.of === 'pairing' && request.takeChannel;
    const finished = Promise.resolve(before)
      .then(() => this.#examine(id, subject, takesChannel, cancel.signal))
      // Its outcome was told. What failed is somebody who was told; the app goes on.
      .catch(() => {});
    this.#run = { id, cancel, finished };
    return { runId: id };
  }

  /** Ends a run at once; when it has ended already there is nothing to do. */
  cancel(runId: string): void {
    if (this.#run?.id === runId) this.#run.cancel.abort();
  }

  /** Ends what runs and waits for it. */
  async close(): Promise<void> {
    this.#run?.cancel.abort();
    await this.#run?.finished;
  }

  /**
   * Asks the payment app of a pairing again whether it answers. Throws {@link Failure} `not-found`, `device-in-use`
   * while the POS software has the channel, `timed-out` while something else has it, `root-ca-*` and `storage-*`.
   */
  async askReadiness(id: string): Promise<PairingRecord> {
    const { context, isInUse } = this.#parts;
    const credentials = await this.#credentials(id);
    // Only now, and at once: a till may have come while the keys were read.
    const pairing = this.#pairing(id);
    if (isInUse(pairing)) throw failure('device-in-use', 'not asked');
    const trust = pinnedTrust(pairing, context);
    const signal = withDeadline(new AbortController().signal, READINESS_MS);
    const lease = await context.leases.acquire(pairing.identity, { holder: 'doctor', signal });
    try {
      const readiness = await askReadiness(pairing, credentials, context, trust, lease.signal);
      if (!readiness) throw failure('cancelled', 'the device is needed for something else');
      return this.#keep(id, { readiness });
    } finally {
      lease.release();
    }
  }

  #subjectOf(request: DoctorRequest): Subject {
    if (request.of === 'pairing') return { kind: 'paired', pairing: this.#pairing(request.pairingId) };
    const { host, port } = required(parseAddress(request.address));
    const stated = required(parseSerial(request.serial));
    const expected = stated.serial === '' ? undefined : ({ kind: 'serial', ...stated } as const);
    return { kind: 'stranger', address: { host, port }, expected };
  }

  async #examine(runId: string, subject: Subject, takesChannel: boolean, signal: AbortSignal): Promise<void> {
    const { context, world, account, quietCheck, fullTest, tell } = this.#parts;
    const address = subject.kind === 'paired' ? subject.pairing.address : subject.address;
    let progress: DoctorProgress = {
      runId,
      address,
      startedAt: new Date(context.now()).toISOString(),
      checks: DOCTOR_CHECKS.map((check) => ({ check, state: 'waiting' })),
      endedAt: null,
      changed: null,
    };
    const publish = (change: Partial<DoctorProgress>) => {
      progress = { ...progress, ...change };
      tell({ type: 'doctor-progress', progress });
    };
    const seen: Visit['seen'] = {};
    let isVerdictKept = false;
    const visit: Omit<Visit, 'amend'> = {
      subject,
      address,
      context,
      world: boundedWorld(world, signal),
      seen,
      trust: this.#trust(),
      account,
      credentials: async () =>
        subject.kind === 'paired' ? this.#credentials(subject.pairing.id) : undefined,
      quietCheck: (id) => {
        isVerdictKept = true;
        return quietCheck(id);
      },
      fullTest,
      keep: (change) => {
        if (subject.kind === 'paired') this.#keep(subject.pairing.id, change);
      },
    };
    const checks = await runChecks({
      visit,
      signal,
      takeChannel: () => this.#takeChannel(subject, takesChannel, signal),
      onProgress: (shown) => publish({ checks: [...shown] }),
    });
    publish({
      checks: [...checks],
      endedAt: new Date(context.now()).toISOString(),
      changed: this.#changed(subject, seen.certificate256),
    });
    // What is shown of the pairing elsewhere must not lag behind what was seen here.
    if (subject.kind === 'paired' && !isVerdictKept && !signal.aborted)
      void quietCheck(subject.pairing.id).catch(() => {});
  }

  async #takeChannel(subject: Subject, takesChannel: boolean, signal: AbortSignal): Promise<Taken> {
    if (subject.kind === 'stranger') return { kind: 'left', verdict: notRun({ reason: 'not-paired' }) };
    const { context, isInUse } = this.#parts;
    const { identity } = subject.pairing;
    if (!takesChannel && isInUse(subject.pairing))
      return { kind: 'left', verdict: notRun({ reason: 'pos-software' }) };
    try {
      const lease = await context.leases.acquire(identity, {
        holder: 'doctor',
        signal: withDeadline(signal, CHANNEL_MS),
      });
      return {
        kind: 'taken',
        held: { device: identity, signal: lease.signal },
        release: () => lease.release(),
      };
    } catch {
      return {
        kind: 'left',
        verdict: notRun({ reason: signal.aborted ? 'cancelled' : 'gave-way' }),
      };
    }
  }

  /** @param subject as it was before the run, which may have been a success itself */
  #changed(subject: Subject, certificate256: string | undefined): DoctorProgress['changed'] {
    if (subject.kind === 'stranger' || !subject.pairing.lastSuccess) return null;
    const { context, world } = this.#parts;
    const { lastSuccess, address } = subject.pairing;
    const now = circumstancesOf(address, certificate256 ?? '', context, world.networks());
    const changes = changesSince(lastSuccess, { ...now, certificate256 });
    return { since: lastSuccess.at, changes };
  }

  #trust(): Trust | undefined {
    try {
      return currentTrust(this.#parts.context);
    } catch {
      return undefined;
    }
  }

  #pairing(id: string): PairingRecord {
    const pairing = this.#parts.context.vault.find(id);
    if (!pairing) throw failure('not-found', `pairing ${id}`);
    return pairing;
  }

  /** The ones in use, or the only ones there are, which still wait for their first proof. */
  async #credentials(id: string): Promise<Credentials> {
    const stored = await this.#parts.context.vault.credentials(id);
    const found = stored.find(({ pending }) => !pending) ?? stored[0];
    if (!found) throw failure('not-found', `pairing ${id} has no credentials`);
    if (found.error) throw new Failure(found.error);
    return found.credentials;
  }

  /** What is known is worth showing even when it cannot be saved. */
  #keep(id: string, change: Pick<PairingRecord, 'readiness'>): PairingRecord {
    const { context, tell } = this.#parts;
    let pairing: PairingRecord;
    try {
      pairing = context.vault.updateRecord(id, change);
    } catch {
      pairing = { ...this.#pairing(id), ...change };
    }
    tell({ type: 'pairing-changed', pairing });
    return pairing;
  }
}
