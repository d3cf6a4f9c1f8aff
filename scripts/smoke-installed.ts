import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSteadyDevice } from '../tests/support/steady-device.ts';
import { ensureCommands, ensurePackages, ensureSystemPackages } from './desktop-session.ts';
import { USER } from './installed/place.ts';
import { ThrowAwayRoot } from './installed/root.ts';
import { DesktopSession } from './installed/session.ts';
import { STEPS } from './installed/steps.ts';

/**
 * Installs the Debian package into a throw-away system and uses it there as an ordinary user does, by keyboard and
 * screen reader, with the sandbox on. Nothing of the program is different for the test: it accepts no debugger. Needs
 * Linux and root.
 */
const { values } = parseArgs({
  options: {
    /** The folder of the package. */
    from: { type: 'string', default: 'dist' },
    /** Into a Debian that has nothing else: does the package name all that it needs? Takes minutes. */
    minimal: { type: 'boolean', default: false },
    /** Where to write the result, as JSON. */
    report: { type: 'string' },
  },
});

const DESKTOP = {
  xdotool: 'xdotool',
  xclip: 'xclip',
  pgrep: 'procps',
  'xvfb-run': 'xvfb',
  xauth: 'xauth',
  'dbus-run-session': 'dbus-daemon',
  'gnome-keyring-daemon': 'gnome-keyring',
};
/** They have no command by which to see whether they are there. */
const ASSISTIVE = ['at-spi2-core', 'gir1.2-atspi-2.0', 'python3-gi'];

function findDeb(): string {
  const name = readdirSync(values.from).find((file) => file.endsWith('.deb'));
  if (!name) throw new Error(`There is no .deb in ${values.from}: run \`npm run package\` first.`);
  return join(values.from, name);
}

/** Installs as an administrator does: a package's file, or packages of the system by name. */
function install(root: ThrowAwayRoot, ...what: string[]): void {
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  const quickly = ['-o', 'DPkg::Options::=--force-unsafe-io', '--no-install-recommends', '-y'];
  const args = [...apt, ...quickly, 'install', ...what];
  if (root.succeeds(args)) return;
  // Something is missing, and what there is may not be known yet.
  root.run([...apt, 'update']);
  root.run(args);
}

async function tryOut(): Promise<{ passed: number; failures: string[] }> {
  const started = performance.now();
  const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`;
  const device = await startSteadyDevice();
  const root = await ThrowAwayRoot.make({ minimal: values.minimal });
  let session: DesktopSession | undefined;
  let step = 'is installed';
  let passed = 0;
  try {
    const deb = root.put(findDeb());
    install(root, deb);
    // Only now: the package must not live on what the test brings along.
    root.run(['sh', '-c', '! ldd "/opt/POS Pairing/pos-pairing" | grep "not found"']);
    if (values.minimal) install(root, ...Object.values(DESKTOP), ...ASSISTIVE);
    root.run(['useradd', '--create-home', '--shell', '/bin/sh', USER]);
    session = new DesktopSession(root, USER);
    const place = { root, session, device, deb, pid: 0 };
    for (const [title, work] of Object.entries(STEPS)) {
      step = title;
      await work(place);
      passed += 1;
      console.log(`✓ ${title} (${seconds()})`);
    }
    return { passed, failures: [] };
  } catch (thrown) {
    console.error(`✗ ${step} (${seconds()})`, thrown);
    console.error(await session?.complaints());
    return { passed, failures: [`The installed program: ${step}`] };
  } finally {
    session?.close();
    await root.remove();
    await device.stop();
  }
}

// Reads the keys that are handed over.
ensureCommands({ openssl: 'openssl' });
if (values.minimal) ensureCommands({ mmdebstrap: 'mmdebstrap' });
else {
  ensureSystemPackages();
  ensureCommands(DESKTOP);
  ensurePackages(ASSISTIVE);
}
const { passed, failures } = await tryOut();
const outcome = { passed, failed: failures.length, skipped: 0, failures };
if (values.report) writeFileSync(values.report, JSON.stringify(outcome));
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
