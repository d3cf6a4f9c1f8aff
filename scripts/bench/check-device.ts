/** The devices of the check's benchmark, one for each version of TLS. Tells its parent where they are and who may come. */
import { createVendorPki } from '../../tests/simulator/device.ts';
import { issuePair } from '../../tests/support/issued.ts';
import { startStrictDevice } from '../../tests/support/strict-device.ts';

const SERIAL = '1850012345';
const pki = await createVendorPki();
const issued = await issuePair(pki, SERIAL);
const serve = async (maxVersion: 'TLSv1.2' | 'TLSv1.3') => ({
  maxVersion,
  address: (
    await startStrictDevice(issued.device, pki, {
      maxVersion,
      own: issued.own,
      ours: 'answers',
      strangers: { alert: 46 },
    })
  ).address,
});
process.send?.({
  devices: [await serve('TLSv1.3'), await serve('TLSv1.2')],
  serial: SERIAL,
  rootPem: pki.root.certificatePem,
  own: issued.own,
});
// Not longer than who asked for it.
process.on('disconnect', () => process.exit());
