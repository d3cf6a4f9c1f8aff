/** Pairs and removes, again and again: number of cycles, between two samples. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { createCore } from '../../electron/core/core.ts';
import type { AttemptEnd } from '../../electron/core/news.ts';
import { CORE_PARTS, requestFor, trustAll } from '../../tests/support/core.ts';
import { MemoryCipher } from '../../tests/support/vault.ts';
import { measure } from './figures.ts';
import { Peer, tell } from './peer.ts';

const [, , cycles = '', every = ''] = process.argv;
const shownSchema = z.object({
  rootCaPem: z.string(),
  serial: z.string(),
  wss: z.string(),
  https: z.string(),
});
const codeSchema = z.object({ code: z.string() });

const device = new Peer(new URL('./pair-device.ts', import.meta.url));
const { rootCaPem, serial, wss, https } = shownSchema.parse(await device.next());
const folder = mkdtempSync(join(tmpdir(), 'pos-soak-'));
const wrong: string[] = [];
let onEnd: (end: AttemptEnd) => void = () => {};
const core = createCore({
  ...CORE_PARTS,
  documents: electronStoreDocuments(join(folder, 'vault')),
  historyFolder: join(folder, 'history'),
  cipher: new MemoryCipher(),
  tell: (news) => {
    if (news.type === 'pairing-ended') onEnd(news.end);
  },
});
await trustAll(core, rootCaPem);
core.start();

async function cycle(number: number): Promise<void> {
  const { code } = codeSchema.parse(await device.ask({ ask: 'code' }));
  const ended = new Promise<AttemptEnd>((resolve) => {
    onEnd = resolve;
  });
  const transport = number % 2 === 0 ? 'wss' : 'https';
  core.pairing.start(
    requestFor(
      { addresses: { wss, https }, code, serial },
      { transport, address: number % 2 === 0 ? wss : https },
    ),
  );
  const { stored, result } = await ended;
  if (!stored || !result.ok) {
    wrong.push(`cycle ${number}: ${result.ok ? 'not stored' : result.error.code}`);
    return;
  }
  if (number % 10 === 0) await core.monitor.check(stored.id);
  await core.removePairing(stored.id);
}

let done = 0;
for (; done < Number(cycles) && wrong.length < 5; done += 1) {
  if (done % Number(every) === 0) tell({ kind: 'sample', figures: await measure(done) });
  await cycle(done);
}
tell({ kind: 'sample', figures: await measure(done) });
const left = readdirSync(join(folder, 'vault', 'pairings'));
if (left.length > 0) wrong.push(`left in the vault: ${left.join()}`);
if (core.vault.notices.length > 0) wrong.push(`told ${JSON.stringify(core.vault.notices)}`);
const lines = core.history.all().length;
await core.close();
device.stop();
rmSync(folder, { recursive: true });
tell({ kind: 'ended', wrong, facts: { 'pairings made and removed': done, 'lines of history': lines } });
process.disconnect();
