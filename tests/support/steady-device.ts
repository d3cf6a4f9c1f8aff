import {
  type SimulatedDevice,
  type SimulatedDeviceOptions,
  startSimulatedDevice,
} from '../simulator/device.ts';

/**
 * A simulated device for tests that are not about what follows a pairing: its server stays, as if somebody had
 * tapped Close and Connect Device at once.
 */
export function startSteadyDevice(options: SimulatedDeviceOptions = {}): Promise<SimulatedDevice> {
  return startSimulatedDevice({ afterPairing: 'stays', ...options });
}
