/** Pairs and removes, again and again: cycles, cycles between two samples, registers at a time, milliseconds of deadlines. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { createCore } from '../../electron/core/core.ts';
import type { AttemptEnd } from '../../electron/core/news.ts';
import { CORE_PARTS, requestFor, trustAll } from '../../tests/support/core.ts';
import { MemoryCipher } from '../../tests/support/vault.ts';
import { measure } from './figures.ts';
import { Peer, tell } from './peer.ts';

const [, , cycles = '', every = '', registers = '', deadline = ''] = process.argv;
const shownSchema = z.object({
  rootCaPem: z.string(),
  devices: z.array(
    z.object({ serial: z.string(), addresses: z.object({ wss: z.string(), https: z.string() }) }),
  ),
});
const codeSchema = z.object({ code: z.string() });
/** Slow machines are no finding. */
const DEADLINE_MS = Number(deadline);
const PATIENT = {
  ...CORE_PARTS.timing,
  connectMs: DEADLINE_MS,
  answerMs: DEADLINE_MS,
  proofMs: DEADLINE_MS,
};

const peer = new Peer(new URL('./pair-device.ts', import.meta.url));
const { rootCaPem, devices } = shownSchema.parse(await peer.ask({ start: Number(registers) }));
const place = mkdtempSync(join(tmpdir(), 'pos-soak-'));
const wrong: string[] = [];

/** A register and its device. */
async function startRegister(index: number) {
  const device = devices[index];
  if (!device) throw new Error('no device');
  const folder = join(place, String(index));
  let onEnd: (end: AttemptEnd) => void = () => {};
  const core = createCore({
    ...CORE_PARTS,
    timing: PATIENT,
    documents: electronStoreDocuments(join(folder, 'vault')),
    historyFolder: join(folder, 'history'),
    cipher: new MemoryCipher(),
    tell: (news) => {
      if (news.type === 'pairing-ended') onEnd(news.end);
    },
  });
  await trustAll(core, rootCaPem);
  core.start();
  return {
    async cycle(number: number): Promise<void> {
      const { code } = codeSchema.parse(await peer.ask({ device: index }));
      const ended = new Promise<AttemptEnd>((resolve) => {
        onEnd = resolve;
      });
      const transport = number % 2 === 0 ? 'wss' : 'https';
      const address = device.addresses[transport];
      core.pairing.start(requestFor({ ...device, code }, { transport, address }));
      const { stored, result } = await ended;
      if (!stored || !result.ok) {
        wrong.push(`cycle ${number}: ${result.ok ? 'not stored' : result.error.code}`);
        return;
      }
      if (number % 10 === 0) await core.monitor.check(stored.id);
      await core.removePairing(stored.id);
    },
    async end(): Promise<number> {
      const left = readdirSync(join(folder, 'vault', 'pairings'));
      if (left.length > 0) wrong.push(`left in the vault: ${left.join()}`);
      if (core.vault.notices.length > 0) wrong.push(`told ${JSON.stringify(core.vault.notices)}`);
      const lines = core.history.all().length;
      await core.close();
      return lines;
    },
  };
}

const all = await Promise.all(devices.map((_, index) => startRegister(index)));
let done = 0;
const work = async (register: (typeof all)[number], until: number) => {
  while (done < until && wrong.length < 5) {
    const number = done;
    done += 1;
    await register.cycle(number);
  }
};
const sample = async () => {
  // A deadline holds what it is for until its time is over, also when that has ended.
  await delay(DEADLINE_MS + 500);
  tell({ kind: 'sample', figures: await measure(done) });
};
while (done < Number(cycles) && wrong.length < 5) {
  await sample();
  const until = Math.min(Number(cycles), done + Number(every));
  await Promise.all(all.map((register) => work(register, until)));
}
await sample();
let lines = 0;
for (const register of all) lines += await register.end();
peer.stop();
rmSync(place, { recursive: true });
tell({ kind: 'ended', wrong, facts: { 'pairings made and removed': done, 'lines of history': lines } });
process.disconnect();
