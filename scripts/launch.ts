import { resolve } from 'node:path';
import { _electron, type ElectronApplication } from '@playwright/test';
import { electronFlags } from './desktop-session.ts';
import { ensureElectron } from './electron-runtime/ensure.ts';

const ROOT = resolve(import.meta.dirname, '..');
const REAL_KEYRING = resolve(import.meta.dirname, 'real-keyring.cjs');

/** The key store an app under Playwright gets: this session's real one, or none that encrypts. */
export type Keyring = 'real' | 'none';

/** Starts the built app under Playwright's control. */
export async function launchForPlaywright(
  appArguments: readonly string[],
  keyring: Keyring = 'real',
  env: Readonly<Record<string, string>> = {},
): Promise<ElectronApplication> {
  await ensureElectron();
  const flags = electronFlags();
  const ownStore = flags.find((flag) => flag.startsWith('--password-store='))?.split('=')[1] ?? '';
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return _electron.launch({
    args: ['-r', REAL_KEYRING, ...flags, ROOT, ...appArguments],
    cwd: ROOT,
    env: {
      ...Object.fromEntries(inherited),
      ...env,
      POS_PAIRING_TEST_PASSWORD_STORE: keyring === 'none' ? 'basic' : ownStore,
    },
  });
}
