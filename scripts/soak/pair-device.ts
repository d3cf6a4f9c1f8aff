/** The device of a soak of pairings. Shows another code each time it is asked. */
import { startSteadyDevice } from '../../tests/support/steady-device.ts';

const device = await startSteadyDevice();
process.send?.({
  rootCaPem: device.rootCaPem,
  serial: device.serial,
  wss: device.addresses.wss,
  https: device.addresses.https,
});
process.on('message', () => {
  // What it noted of the last one is nobody's business.
  device.clearJournal();
  process.send?.({ code: device.rotateCode() });
});
process.on('disconnect', () => process.exit());
