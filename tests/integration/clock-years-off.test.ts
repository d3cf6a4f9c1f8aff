import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datableNow } from '../../electron/core/clock.ts';
import { pairingStatusSchema } from '../../shared/status.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { watchRegister } from '../support/monitor.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

let device: SimulatedDevice;
let register: ReturnType<typeof testRegister>;
let watched: ReturnType<typeof watchRegister>;
let id: string;

beforeEach(async () => {
  device = await startSimulatedDevice();
  register = testRegister(device.rootCaPem);
  watched = watchRegister(register);
  const { result } = await register.pair(device, 'wss', { onEnd: watched.onEnd });
  if (!result.ok) throw new Error(result.error.code);
  id = result.value.id;
});
afterEach(async () => {
  await watched.monitor.close();
  await device.stop();
});

describe('a clock that is years off', () => {
  it.each(['1970-01-02', '1999-12-31', '2106-02-07', '9999-12-31', '+010026-01-01', '+275760-09-12'])(
    '(%s) is told as such, stored and told again, and passes',
    async (date) => {
      register.setClock(() => datableNow(() => Date.parse(date)));
      const { lastCheck } = await watched.monitor.check(id);
      expect(lastCheck).toMatchObject({ result: 'failed', error: { clockSuspect: true } });
      expect(watched.status(id)).toMatchObject({ state: 'clock-wrong', error: { clockSuspect: true } });
      expect(pairingStatusSchema.safeParse(watched.status(id)).success).toBe(true);
      expect(register.reopen().find(id)?.lastCheck).toEqual(lastCheck);

      register.setClock(Date.now);
      await watched.monitor.check(id);
      expect(watched.status(id)).toMatchObject({ state: 'connected', error: null });
    },
  );
});
