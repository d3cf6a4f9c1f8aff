import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SimulatedDevice, startSimulatedDevice } from '../tests/simulator/device.ts';
import { build } from './build.ts';
import {
  displayIsVirtual,
  electronFlags,
  ensureSystemPackages,
  enterDesktopSession,
} from './desktop-session.ts';
import { ensureElectron } from './electron-runtime/ensure.ts';
import { launchForPlaywright } from './launch.ts';

/** Milliseconds the device's server takes after Connect Device. */
const START_UP_MS = 3_000;
/** Milliseconds until each tap on the device. */
const TAP_MS = 1_500;

/** `npm run demo`: a simulated device and the app beside it; nothing of it touches the data of a real app. */
ensureSystemPackages();
const { executable } = await ensureElectron();
ensureSystemPackages(executable);
enterDesktopSession();
build();

const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-demo-'));
const device = await startSimulatedDevice({
  // As real devices do: the app has to wait until the taps are done.
  afterPairing: 'away-until-connected',
  startUpMs: START_UP_MS,
  newCodeAfterPairing: true,
});
device.subscribe((event) => {
  if (event.type === 'code') console.log(`The device shows a new code: ${event.code}`);
  if (event.type === 'screen') console.log(`The device shows: ${event.text}`);
  if (event.type === 'paired') {
    console.log(`The device has paired POS ID ${event.posId}.`);
    void connectDevice();
  }
});
const rootCaFile = join(folder, 'simulated-root-ca.pem');
writeFileSync(rootCaFile, device.rootCaPem);
const appArguments = [
  `--user-data-dir=${join(folder, 'app-data')}`,
  `--offer-address=${device.addresses.https} OR ${device.addresses.wss}`,
  `--offer-root-ca=${rootCaFile}`,
];

console.log(`
Simulated device
  Address  ${device.addresses.https} OR ${device.addresses.wss}
  Serial   ${device.serial}
  Root CA  ${rootCaFile}
  Code     ${device.code}
`);
try {
  process.exitCode = displayIsVirtual() ? await driveThePairing(device) : await leaveItToTheUser();
} finally {
  await device.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** What staff do on the device after a pairing, slowly enough to be watched. */
async function connectDevice(): Promise<void> {
  await sleep(TAP_MS, undefined, { ref: false });
  device.tapClose();
  await sleep(TAP_MS, undefined, { ref: false });
  await device.tapConnectDevice();
}

async function leaveItToTheUser(): Promise<number> {
  console.log(
    'In the app: use the simulated Root CA, enter the code above, press Pair, confirm the serial.\n',
  );
  const app = spawn(executable, [...electronFlags(), '.', ...appArguments], { stdio: 'inherit' });
  return new Promise((resolve) => app.once('exit', (code) => resolve(code ?? 1)));
}

/** Nobody can see the window, so this does what a newcomer would do, in the real app, and tells about it. */
async function driveThePairing({ code, serial }: SimulatedDevice): Promise<number> {
  console.log('There is no display: the pairing is driven in the real app.\n');
  const app = await launchForPlaywright(appArguments);
  const screenshot = join(tmpdir(), 'pos-pairing-demo.png');
  try {
    const page = await app.firstWindow();
    const say = (text: string) => console.log(`  ${text}`);
    await page.exposeFunction('say', say);
    await page.evaluate(() => {
      const told = new Set<string>();
      const { say } = globalThis as unknown as { say: (text: string) => void };
      window.pos.onPush((push) => {
        if (push.type !== 'pairing-progress') return;
        for (const { stage, state, durationMs } of push.progress.stages) {
          const line = `${stage.padEnd(9)}${state}${durationMs === undefined ? '' : ` (${durationMs} ms)`}`;
          if (state === 'waiting' || told.has(line)) continue;
          told.add(line);
          say(line);
        }
      });
    });
    await page.getByRole('button', { name: 'Use the simulated device’s Root CA' }).click();
    await page.getByRole('button', { name: 'Trust this certificate' }).click();
    say('Root CA  trusted');
    await page.getByLabel('Connection code').fill(code);
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await page.getByText(serial).first().waitFor();
    await page.getByRole('button', { name: 'Yes, this is the device' }).click();
    const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true });
    const paired = heading('Register paired');
    const waiting = heading('Paired. Now connect the device');
    await waiting.or(page.getByRole('alert')).waitFor();
    if (await waiting.isVisible()) say('Paired. Now connect the device');
    await paired.or(page.getByRole('alert')).waitFor();
    await page.screenshot({ path: screenshot, animations: 'disabled' });
    const success = await paired.isVisible();
    console.log(
      `\nResult: ${success ? 'register paired, mTLS proved' : await page.getByRole('alert').textContent()}`,
    );
    console.log(`Screenshot: ${screenshot}`);
    return success ? 0 : 1;
  } finally {
    await app.close();
  }
}
