import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface NewKeyring {
  /** Lets an app use it in place of the session's. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/**
 * An empty keyring on a bus of its own, as an account finds it whose profile was thrown away at log-off. Nobody
 * else's is touched.
 */
export async function newKeyring(): Promise<NewKeyring> {
  const home = mkdtempSync(join(tmpdir(), 'pos-pairing-keyring-'));
  const own = { XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: home };
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...own },
  });
  const [address] = (await once(createInterface({ input: bus.stdout }), 'line')) as [string];
  const env = { ...own, DBUS_SESSION_BUS_ADDRESS: address };
  // The daemon goes into the background once it is there for everybody, and ends with its bus.
  const starting = spawn('gnome-keyring-daemon', ['--unlock', '--components=secrets'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, ...env },
  });
  starting.stdin.end('throwaway');
  await once(starting, 'exit');
  return {
    env,
    close: async () => {
      bus.kill();
      await once(bus, 'exit');
      rmSync(home, { recursive: true, force: true });
    },
  };
}
