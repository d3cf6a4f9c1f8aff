import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureElectron } from '../../scripts/electron-runtime/ensure.ts';
import { pemOf } from './certificates.ts';
import { CHAINS } from './chains.ts';
import { ROOT } from './chains/chain-case.ts';
import { startChainPeer } from './chain-peer.ts';
import { CODE } from './job.ts';
import { askOpenSsl } from './openssl.ts';
import { Runtime } from './runtime.ts';
import { SYSTEM_ROOT } from './system-root.ts';

const file = join(mkdtempSync(join(tmpdir(), 'h-')), 'root.pem');
writeFileSync(file, pemOf(SYSTEM_ROOT.der));
const t0 = performance.now();
const runtimes = await Promise.all([
  Runtime.start('Node', process.execPath, file),
  Runtime.start('Electron', (await ensureElectron()).executable, file),
]);
console.log(runtimes.map((r) => r.version), performance.now() - t0);
const filter = process.argv[2] ? new RegExp(process.argv[2]) : /./;
const rows: string[] = [];
const queue = CHAINS.filter((c) => filter.test(`${c.group}: ${c.name}`));
let n = 0;
async function worker() {
  for (;;) {
    const c = queue[n++];
    if (!c) return;
    const at = n;
    let text = '';
    try {
      const shown = c.show();
      const peer = await startChainPeer(shown);
      const o = await askOpenSsl(shown).catch((e) => ({ ok: false, words: String(e), strictlyOk: false }));
      const cells: string[] = [];
      for (const r of runtimes) {
        const before = peer.heard().length;
        const out = await r.pair(
          { host: '127.0.0.1', port: peer.port, transport: 'https', rootCaFiles: (shown.roots ?? [ROOT.der]).map(pemOf), addedDaysAgo: shown.addedDaysAgo ?? 0, timing: { connectMs: 8000 } },
          30000,
        );
        const code = peer.heard().slice(before).includes(CODE);
        const v = out.code === 'code-rejected' && code ? 'let-in' : code ? `!!CODE ${out.code}` : out.code;
        cells.push(`${v}${v === c.expected ? '' : ` != ${c.expected} [${out.stage}: ${out.detail.slice(0, 160)}]`} ${out.asked ?? ''} ${Math.round(out.ms)}`);
      }
      text = `${peer.servedBy} | ${cells.join(' | ')} | ${o.ok ? 'OK' : o.words} ${o.strictlyOk ? '' : 'strict-no'}`;
      await peer.stop();
    } catch (e) {
      text = `FAILED ${e instanceof Error ? e.stack : e}`;
    }
    rows[at] = `${c.group}: ${c.name} | ${text}`;
  }
}
await Promise.all(Array.from({ length: 16 }, worker));
console.log(rows.filter(Boolean).join('\n'));
console.log(queue.length, 'cases', performance.now() - t0, runtimes.flatMap((r) => r.uncaught));
for (const r of runtimes) r.stop();
