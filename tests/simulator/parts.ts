import type { DeviceBehaviour, DeviceEvent } from './behaviour.ts';
import type { Fault } from './faults.ts';
import type { Journal } from './journal.ts';

/** What the parts of one device share. */
export interface DeviceParts {
  readonly serial: string;
  readonly journal: Journal;
  readonly behaviour: () => DeviceBehaviour;
  readonly fault: () => Fault;
  readonly emit: (event: DeviceEvent) => void;
}
