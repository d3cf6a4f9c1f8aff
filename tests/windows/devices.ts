import type { Fault } from '../simulator/faults.ts';
import { ask } from './ask.ts';
import { DESK_VARIABLE, type DeskRequest, type DeviceView, deviceViewSchema } from './desk.ts';

const order = async (request: DeskRequest): Promise<DeviceView> =>
  deviceViewSchema.parse(JSON.parse(await ask(process.env[DESK_VARIABLE] ?? '', JSON.stringify(request))));

/** A simulated device beside Windows, new and paired with nobody. Each answer is what is to be seen of it then. */
export async function startDevice() {
  const { port, ...seen } = await order({ type: 'start' });
  return {
    ...seen,
    port,
    look: () => order({ type: 'look', port }),
    misbehave: (fault: Fault) => order({ type: 'misbehave', port, fault }),
    /** Turns the register with this POS ID away from now on. */
    forget: (posId: string) => order({ type: 'forget', port, posId }),
    stop: () => order({ type: 'stop', port }),
    /** Serves again on the same port, and still knows whom it is paired with. */
    restart: () => order({ type: 'restart', port }),
  };
}
export type RemoteDevice = Awaited<ReturnType<typeof startDevice>>;
