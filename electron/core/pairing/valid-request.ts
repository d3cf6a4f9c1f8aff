import type { SetupCode } from '../../../shared/brands.ts';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import {
  type DeviceAddress,
  parseAddress,
  parseCode,
  parsePosId,
  parseSerial,
  type Transport,
} from '../../../shared/inputs.ts';
import type { PairingRequest } from '../../../shared/ipc/pairing.ts';
import { required } from '../failure.ts';

/** A pairing request whose every input has passed its validator. */
export interface ValidPairingRequest {
  readonly address: DeviceAddress;
  readonly transport: Transport;
  /** Secret. */
  readonly setupCode: SetupCode;
  readonly posId: string;
  /** Which device it must be, if that was stated. */
  readonly expected: DeviceIdentity | undefined;
  /** `found`: stated by the network, in a search, and not yet by a person. */
  readonly serialSource: 'typed' | 'found';
  readonly replaces: string | undefined;
  readonly allowSwap: boolean;
}

/** Runs the shared validators on what the user typed. Throws Failure with the first input's error. */
export function validateRequest(request: PairingRequest): ValidPairingRequest {
  const { host, port } = required(parseAddress(request.address));
  const stated = required(parseSerial(request.serial));
  return {
    address: { host, port },
    transport: request.transport,
    setupCode: required(parseCode(request.code)),
    posId: required(parsePosId(request.posId)),
    expected: stated.serial === '' ? undefined : { kind: 'serial', ...stated },
    serialSource: request.serialSource,
    replaces: request.replaces ?? undefined,
    allowSwap: request.allowSwap,
  };
}
