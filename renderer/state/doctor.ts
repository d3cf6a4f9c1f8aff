import type { DoctorProgress } from '../../shared/doctor.ts';
import type { AppError } from '../../shared/errors.ts';
import type { Event } from './model.ts';

/** What is tested: a pairing, or what has been entered of a device that is not paired yet. */
export type DoctorSubject =
  | { readonly of: 'pairing'; readonly id: string }
  | { readonly of: 'address'; readonly address: string; readonly serial: string };

/** The run of the doctor's screen; it ends when the screen is left. */
export type DoctorSlice = {
  /** What is still told of the run before is ignored. */
  readonly previousId: string | null;
} & (
  | { readonly state: 'idle' | 'starting'; readonly runId: null }
  | { readonly state: 'refused'; readonly runId: null; readonly error: AppError }
  | { readonly state: 'shown'; readonly runId: string; readonly progress: DoctorProgress | null }
);

export const NO_DOCTOR: DoctorSlice = { state: 'idle', runId: null, previousId: null };

export type DoctorEvent =
  | { readonly type: 'doctor-asked' }
  | { readonly type: 'doctor-started'; readonly runId: string }
  | { readonly type: 'doctor-refused'; readonly error: AppError };

const previousOf = ({ runId, previousId }: DoctorSlice): string | null => runId ?? previousId;

export function reduceDoctor(slice: DoctorSlice, event: Event): DoctorSlice {
  switch (event.type) {
    case 'doctor-asked':
      return { state: 'starting', runId: null, previousId: previousOf(slice) };
    case 'doctor-started':
      return slice.state === 'starting'
        ? { ...slice, state: 'shown', runId: event.runId, progress: null }
        : slice;
    case 'doctor-refused':
      return slice.state === 'starting'
        ? { state: 'refused', runId: null, previousId: slice.previousId, error: event.error }
        : slice;
    case 'went':
    case 'pair-opened':
    case 'form-reopened':
      return slice.state === 'idle' ? slice : { ...NO_DOCTOR, previousId: previousOf(slice) };
    case 'pushed': {
      if (event.push.type !== 'doctor-progress') return slice;
      const { progress } = event.push;
      const { runId } = progress;
      const isNew = slice.state === 'starting' && runId !== slice.previousId;
      return isNew || slice.runId === runId
        ? { state: 'shown', runId, progress, previousId: slice.previousId }
        : slice;
    }
    default:
      return slice;
  }
}

/** The run that is under way, or null. */
export const runningId = (slice: DoctorSlice): string | null =>
  slice.state === 'shown' && !slice.progress?.endedAt ? slice.runId : null;
