import { networkInterfaces } from 'node:os';
import { powerMonitor } from 'electron';

/** Milliseconds Wi-Fi needs after the computer woke; often with the same address, so that nothing else shows it. */
const NETWORK_BACK_MS = 15_000;

/** Calls `wake` when the computer wakes or is unlocked. */
export function onWake(wake: () => void): void {
  powerMonitor.on('resume', () => {
    wake();
    setTimeout(wake, NETWORK_BACK_MS).unref();
  });
  powerMonitor.on('unlock-screen', wake);
}

const addresses = (): string =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address)
    .sort()
    .join();

/**
 * A look at the network, to be taken each few seconds: calls `wake` when this computer's addresses are others than at
 * the look before. No operating system event reaches Node here; comparing a handful of addresses costs nothing.
 */
export function networkLook(wake: () => void): () => void {
  let before = addresses();
  return () => {
    const now = addresses();
    if (now !== before && now !== '') wake();
    before = now;
  };
}
