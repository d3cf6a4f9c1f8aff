import type { Core, CoreParts } from '../../electron/core/core.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { kitSample } from './kit-samples.ts';
import { TEST_TIMING } from './register.ts';

/** The parts of a core that most tests do not care about. */
export const CORE_PARTS: Pick<
  CoreParts,
  'builtAt' | 'timing' | 'software' | 'proxyFor' | 'searchRanges' | 'readSample'
> = {
  builtAt: 0,
  timing: TEST_TIMING,
  software: { version: '1.0.0', system: 'Test 1' },
  proxyFor: async () => undefined,
  searchRanges: () => [],
  readSample: kitSample,
};

/** Trusts what a file holds, as its importer would. */
export function trustAll({ rootCaImport, trustRootCas }: Core, pem: string) {
  const { candidates } = rootCaImport.preview(new TextEncoder().encode(pem));
  return trustRootCas(candidates.map(({ root }) => root.fingerprint256));
}

/** As staff enter what a device shows, with its serial number typed. */
export const requestFor = (
  { addresses, code, serial }: Pick<SimulatedDevice, 'addresses' | 'code' | 'serial'>,
  change: Partial<PairingRequest> = {},
): PairingRequest => ({
  address: addresses.wss,
  transport: 'wss',
  code,
  serialSource: 'typed',
  posId: 'POS-1',
  serial,
  replaces: null,
  allowSwap: false,
  ...change,
});
