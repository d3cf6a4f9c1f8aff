import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Push } from '../../shared/ipc/index.ts';
import { PUSH_CHANNEL } from '../../shared/ipc-channels.ts';
import type { ConnectionState, PairingStatus } from '../../shared/status.ts';
import type { RunningApp } from './app.ts';

/** Tells the window something as the main process does. */
async function tell(app: RunningApp, push: Push): Promise<void> {
  await app.electron.evaluate(
    ({ BrowserWindow }, { channel, message }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.send(channel, message);
    },
    { channel: PUSH_CHANNEL, message: push },
  );
}

/** Shows a pairing in a state that its device would take minutes to come to. */
export function tellStatus(
  app: RunningApp,
  pairingId: string,
  state: ConnectionState,
  change: Partial<PairingStatus> = {},
): Promise<void> {
  const status: PairingStatus = {
    state,
    since: new Date().toISOString(),
    live: false,
    error: null,
    nextTryAt: null,
    movedTo: null,
    expiry: null,
    ...change,
  };
  return tell(app, { type: 'status-changed', pairingId, status });
}

const MINUTE_MS = 60_000;

/** A week in which the app ran from 6 to 22 h; on one day the device's Wi-Fi came and went. Before the app is started. */
export function writeWeek(app: RunningApp, pairingId: string): void {
  const folder = join(app.dataFolder, 'history', 'timeline');
  mkdirSync(folder, { recursive: true });
  const today = new Date();
  for (let back = 6; back >= 1; back -= 1) {
    const six = new Date(today.getFullYear(), today.getMonth(), today.getDate() - back, 6).getTime();
    const lines: object[] = [];
    const state = (minute: number, s: string) =>
      lines.push({ k: 'state', t: six + minute * MINUTE_MS, p: pairingId, s });
    for (let minute = 0; minute <= 16 * 60; minute += 5) {
      lines.push({ k: 'beat', t: six + minute * MINUTE_MS });
      if (minute % 60 === 0) {
        const [mean, slowest] = back === 3 ? [80 + (minute % 7) * 5, 260] : [12 + (minute % 7), 40];
        lines.push({ k: 'trips', t: six + minute * MINUTE_MS, p: pairingId, mean, slowest, n: 4 });
      }
    }
    state(0, 'answered');
    for (let loss = 0; back === 3 && loss < 12; loss += 1) {
      state(120 + loss * 20, 'away');
      state(123 + loss * 20, 'answered');
    }
    state(500, 'in-use');
    state(620, 'answered');
    const day = new Date(six).toISOString().slice(0, 10).replaceAll('-', '');
    writeFileSync(
      join(folder, `day-${day}.jsonl`),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      { flag: 'a' },
    );
  }
}
