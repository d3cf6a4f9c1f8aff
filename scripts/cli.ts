import { spawnSync } from 'node:child_process';
import { electronFlags, ensureSystemPackages, enterDesktopSession } from './desktop-session.ts';
import { ensureElectron } from './electron-runtime/ensure.ts';

/** `npm run cli -- COMMAND …`: builds the app and runs one of its commands; standard output is the command's alone. */
const toErr = (text: string) => process.stderr.write(`${text}\n`);
console.log = toErr;
ensureSystemPackages();
const { executable } = await ensureElectron();
ensureSystemPackages(executable);
enterDesktopSession();
const built = spawnSync('npx', ['vite', 'build', '--app', '--logLevel', 'warn'], {
  // What the builder says goes to standard error.
  stdio: ['ignore', 2, 2],
  shell: process.platform === 'win32',
});
if (built.status !== 0) process.exit(built.status ?? 1);
const headless = process.platform === 'linux' ? ['--ozone-platform=headless'] : [];
const { status } = spawnSync(executable, [...headless, ...electronFlags(), '.', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
