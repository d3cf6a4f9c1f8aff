/** The device of the pairing's benchmark. Tells its parent where it is; asked for the next code, it tells that. */
import { startSteadyDevice } from '../../tests/support/steady-device.ts';

const device = await startSteadyDevice();
const { addresses, host, port, rootCaPem, serial } = device;
process.send?.({ addresses, host, port, rootCaPem, serial });
process.on('message', () => {
  device.rotateCode();
  device.clearJournal();
  process.send?.(device.code);
});
// Not longer than who asked for it.
process.on('disconnect', () => process.exit());
