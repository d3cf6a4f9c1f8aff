/**
 * Times what a manager's laptop does with many pairings, for 100 and for 1,000, and prints the ratios: 10 is growth in
 * proportion, 100 would be growth with the square. Each number is the fastest of several runs. The table goes into
 * docs/benchmarks.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppState } from '../../shared/ipc/app.ts';
import { describeMachine, writeSection } from './document.ts';

// Outside Electron, the "electron" package would download its binary as soon as electron-store imports it.
process.env.ELECTRON_OVERRIDE_DIST_PATH ??= '/not-used-in-plain-node';

const { electronStoreDocuments } = await import('../../electron/adapters/electron-store-documents.ts');
const { Vault } = await import('../../electron/core/vault/vault.ts');
const { ConnectionMonitor, DEFAULT_HEARTBEAT } = await import('../../electron/core/status/monitor.ts');
const { ChannelLeases } = await import('../../electron/core/channel/channel-lease.ts');
const { DEFAULT_TIMING } = await import('../../electron/core/context.ts');
const { stateText } = await import('../../electron/ipc/state-text.ts');
const { DEFAULT_SETTINGS } = await import('../../shared/settings.ts');
const { createCa } = await import('../../tests/simulator/pki.ts');
const { EMPTY_APP } = await import('../../tests/support/app-state.ts');
const { addPairings } = await import('../../tests/support/many-pairings.ts');
const { MemoryCipher } = await import('../../tests/support/vault.ts');

const SIZES = [100, 1_000] as const;

function fastest(runs: number, work: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return Math.min(...times);
}

const ca = await createCa({ commonName: 'Root' });

async function measure(size: number): Promise<Map<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'pos-scale-'));
  try {
    const documents = electronStoreDocuments(folder);
    const cipher = new MemoryCipher();
    const pairings = await addPairings(new Vault(documents, cipher), size, ca, 9);
    const vault = new Vault(documents, cipher);
    const monitor = new ConnectionMonitor({
      // Checks would need a network; a context that trusts nothing ends them before their first connection.
      context: {
        vault,
        leases: new ChannelLeases(),
        now: Date.now,
        builtAt: 0,
        timing: DEFAULT_TIMING,
        software: { version: '', system: '' },
      },
      settings: () => DEFAULT_SETTINGS,
      search: async () => [],
      heartbeat: DEFAULT_HEARTBEAT,
      random: Math.random,
      later: () => () => {},
      tell: () => {},
    });
    const endCheck = {
      result: 'mtls' as const,
      at: new Date().toISOString(),
      tlsVersion: 'TLSv1.3',
      cipher: 'x',
      roundTripMs: 1,
      depth: 'full' as const,
    };
    for (const pairing of pairings) monitor.pairingChanged({ ...pairing, lastCheck: endCheck });
    const middle = pairings[size >> 1]?.id ?? '';
    const state = (): AppState => ({ ...EMPTY_APP, pairings: vault.pairings, statuses: monitor.statuses });
    return new Map([
      ['Start-up: read and check all files', fastest(5, () => void new Vault(documents, cipher))],
      [
        'One pairing changes',
        fastest(21, () => void vault.updateRecord(middle, { name: String(Math.random()) })),
      ],
      ['One tick of the monitor, nothing due', fastest(21, () => monitor.tick())],
      ['Statuses of all', fastest(21, () => void monitor.statuses)],
      ['State for the window: gather, check, hand on', fastest(9, () => void JSON.parse(stateText(state())))],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// The first round only warms up the compiler.
await measure(SIZES[0]);
const few = await measure(SIZES[0]);
const many = await measure(SIZES[1]);
const ms = (value = Number.NaN) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const rows = [
  `| Work | ${SIZES[0]} pairings | ${SIZES[1].toLocaleString('en')} pairings | Ratio |`,
  '| --- | --- | --- | --- |',
];
for (const [name, few100] of few) {
  const many1000 = many.get(name) ?? Number.NaN;
  rows.push(`| ${name} | ${ms(few100)} | ${ms(many1000)} | ${(many1000 / few100).toFixed(1)} |`);
}
console.log(rows.join('\n'));
writeSection(
  'bench:scale',
  `## Scale

\`npm run bench -- scale\` times the core with ${SIZES[0]} and with ${SIZES[1].toLocaleString('en')} pairings in real files, in plain Node and without encryption; each number is the fastest of several runs. A ratio of 10 is growth in proportion, 100 would be growth with the square. That a change writes one file and a start reads each file once is a test (\`tests/integration/scale.test.ts\`).

${rows.join('\n')}

${describeMachine()}; ${new Date().toISOString().slice(0, 10)}.`,
);
