import { spawnSync } from 'node:child_process';
import { build } from './build.ts';
import { electronFlags, ensureSystemPackages, enterDesktopSession } from './desktop-session.ts';
import { ensureElectron } from './electron-runtime/ensure.ts';

/** `npm start [-- APP ARGUMENTS]`: builds and runs the app. */
ensureSystemPackages();
const { executable } = await ensureElectron();
ensureSystemPackages(executable);
enterDesktopSession();
build();
const { status } = spawnSync(executable, [...electronFlags(), '.', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
