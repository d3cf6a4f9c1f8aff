/** The device of the bridge's benchmark: sends back what it is told. Tells its parent where it is and who may come. */
import { createVendorPki } from '../../tests/simulator/device.ts';
import { issuePair } from '../../tests/support/issued.ts';
import { startRecordingDevice } from '../../tests/support/recording-device.ts';

/** How a message begins that is answered as over Wi-Fi, and how many milliseconds that takes. */
const FAR = '{"far":true';
const FAR_MS = 2;
const SERIAL = '1850012345';
const pki = await createVendorPki();
const issued = await issuePair(pki, SERIAL);
const device = await startRecordingDevice(issued.device, pki);
device.onMessage((text, channel) => {
  device.received.length = 0;
  if (text.startsWith(FAR)) setTimeout(() => channel.send(text), FAR_MS);
  else channel.send(text);
});
process.send?.({
  address: device.address,
  serial: SERIAL,
  rootPem: pki.root.certificatePem,
  intermediatePem: pki.intermediate.certificatePem,
  devicePem: issued.device.certificatePem,
  clientPem: issued.client.certificatePem,
  own: issued.own,
});
// Not longer than who asked for it.
process.on('disconnect', () => process.exit());
