import { networkInterfaces } from 'node:os';
import { powerMonitor } from 'electron';

const LOOK_MS = 5_000;
/** Milliseconds Wi-Fi needs after the computer woke; often with the same address, so that nothing else shows it. */
const NETWORK_BACK_MS = 15_000;

/** Calls `wake` when the computer wakes or is unlocked, or when its network addresses change. */
export function onWake(wake: () => void): void {
  powerMonitor.on('resume', () => {
    wake();
    setTimeout(wake, NETWORK_BACK_MS).unref();
  });
  powerMonitor.on('unlock-screen', wake);
  // No operating system event reaches Node here; comparing a handful of addresses costs nothing.
  const addresses = () =>
    Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .map(({ address }) => address)
      .sort()
      .join();
  let before = addresses();
  setInterval(() => {
    const now = addresses();
    if (now !== before && now !== '') wake();
    before = now;
  }, LOOK_MS).unref();
}
