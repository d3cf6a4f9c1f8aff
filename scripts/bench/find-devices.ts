import { createVendorPki, startSimulatedDevice } from '../../tests/simulator/device.ts';

/** `find-devices.ts PORT ADDRESS…`: simulated devices of one merchant. Prints their Root CA as JSON once they listen. */
const [port = '', ...hosts] = process.argv.slice(2);
const pki = await createVendorPki();
for (const [index, host] of hosts.entries()) {
  const serial = `18500${String(index + 1).padStart(5, '0')}`;
  await startSimulatedDevice({ pki, host, beyondLoopback: true, port: Number(port), serial });
}
console.log(JSON.stringify({ rootCaPem: pki.root.certificatePem }));
