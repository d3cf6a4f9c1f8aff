/** Days of the whole core with many pairings, of which devices move and go away: devices, days, minutes between checks. */
import { randomUUID, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { DEFAULT_TIMING } from '../../electron/core/context.ts';
import { createCore } from '../../electron/core/core.ts';
import { hostsIn } from '../../electron/core/discovery/ranges.ts';
import type { Later } from '../../electron/core/later.ts';
import type { News } from '../../electron/core/news.ts';
import { summarize } from '../../electron/core/pki/certificate.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { CORE_PARTS, trustAll } from '../../tests/support/core.ts';
import { MemoryCipher } from '../../tests/support/vault.ts';
import { measure } from './figures.ts';
import { Peer, tell } from './peer.ts';

const [, , countText = '', daysText = '', intervalText = ''] = process.argv;
const count = Number(countText);
const days = Number(daysText);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** All devices and room to move: the smallest subnet that has it. */
const PREFIX = 32 - Math.ceil(Math.log2(count * 1.02 + 4));
const CIDR = `127.1.0.0/${PREFIX}`;
const hosts = hostsIn(CIDR);
const spare = hosts.slice(count);

const fleet = new Peer(new URL('./fleet.ts', import.meta.url));
await fleet.next();
const pki = z
  .object({
    port: z.number(),
    rootPem: z.string(),
    intermediatePem: z.string(),
    clientPem: z.string(),
    keyPem: z.string(),
  })
  .parse(await fleet.ask({ start: hosts.slice(0, count) }));

/** A clock and timers that go on when told to; what was due meanwhile runs once. */
const time = {
  now: Date.now(),
  timers: new Set<{ readonly at: number; readonly work: () => void }>(),
};
const later: Later = (work, ms) => {
  const timer = { at: time.now + ms, work };
  time.timers.add(timer);
  return () => time.timers.delete(timer);
};

const folder = mkdtempSync(join(tmpdir(), 'pos-soak-'));
const documents = electronStoreDocuments(join(folder, 'vault'));
const cipher = new MemoryCipher();
const ids: string[] = [];
const wrong: string[] = [];
const counts = { checks: 0, moves: 0, searches: 0, away: 0 };
const checking = new Set<string>();
let searching = 0;

async function addPairings(): Promise<void> {
  const vault = new Vault(documents, cipher);
  const certificate = summarize(new X509Certificate(pki.clientPem));
  for (let index = 0; index < count; index += 1) {
    const id = randomUUID();
    ids.push(id);
    await vault.storePending(
      {
        id,
        posId: `POS-${index}`,
        name: `Register ${index}`,
        watchLive: false,
        address: { host: hosts[index] ?? '', port: pki.port },
        transport: 'wss',
        identity: { kind: 'serial', serial: String(1_850_000_000 + index) },
        pairedAt: new Date(time.now - HOUR_MS).toISOString(),
        proved: true,
        protection: 'mtls',
        deviceCertificate: certificate,
        clientCertificate: certificate,
        clientIssuer: summarize(new X509Certificate(pki.intermediatePem)),
        credentialNotes: [],
        trustAnchorFingerprint256: new X509Certificate(pki.rootPem).fingerprint256,
        lastCheck: null,
      },
      {
        privateKeyPem: pki.keyPem,
        certificateChainPem: pki.clientPem + pki.intermediatePem,
        issuerPem: pki.intermediatePem,
      },
    );
    vault.promote(id, {});
  }
}

function hear(news: News): void {
  if (news.type === 'status-changed') {
    const { pairing, status } = news;
    if (status.state === 'checking') {
      checking.add(pairing.id);
      counts.checks += 1;
    } else checking.delete(pairing.id);
    if (status.state === 'unreachable') counts.away += 1;
  }
  if (news.type === 'pairing-moved') counts.moves += 1;
}

await addPairings();
const core = createCore({
  ...CORE_PARTS,
  timing: DEFAULT_TIMING,
  documents,
  historyFolder: join(folder, 'history'),
  cipher,
  now: () => time.now,
  steadyNow: () => time.now,
  later,
  searchRanges: () => [{ cidr: CIDR, interfaceName: 'lo', hostCount: hosts.length, virtual: false }],
  tell: hear,
});
const search = core.search.search.bind(core.search);
core.search.search = async (...args) => {
  searching += 1;
  counts.searches += 1;
  try {
    return await search(...args);
  } finally {
    searching -= 1;
  }
};
await trustAll(core, pki.rootPem);
core.updateSettings({ checkIntervalMinutes: Number(intervalText) });

/** Until nothing runs; what ends may begin something else, so it is looked at twice. */
async function settled(): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    await new Promise((resolve) => setImmediate(resolve));
    if (checking.size === 0 && searching === 0) quiet += 1;
    else {
      quiet = 0;
      await delay(5);
    }
  }
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += MINUTE_MS) {
    time.now += MINUTE_MS;
    const due = [...time.timers].filter(({ at }) => at <= time.now);
    for (const timer of due) {
      // One that ran before it may have taken it back.
      if (!time.timers.delete(timer)) continue;
      timer.work();
    }
    await settled();
  }
}

/** Where each device is; null: nowhere. */
const places: (string | null)[] = hosts.slice(0, count);
const free = [...spare];
let handshakes = 0;
async function put(changes: readonly (readonly [number, string | null])[]): Promise<void> {
  for (const [index, host] of changes) places[index] = host;
  handshakes = z.object({ handshakes: z.number() }).parse(await fleet.ask({ places: changes })).handshakes;
}

/** So many devices get other addresses, as from DHCP; what they leave is free for the next. */
async function move(from: number, number: number): Promise<void> {
  const changes: [number, string][] = [];
  for (let index = from; index < from + number; index += 1) {
    const before = places[index % count];
    const host = free.shift();
    if (host === undefined || before === undefined || before === null) continue;
    free.push(before);
    changes.push([index % count, host]);
  }
  await put(changes);
}

/** Two devices that have each other's address. */
async function swap(one: number, two: number): Promise<void> {
  const [first = null, second = null] = [places[one], places[two]];
  await put([
    [one, second],
    [two, first],
  ]);
}

async function away(from: number, number: number, ms: number): Promise<void> {
  const range = Array.from({ length: number }, (_, index) => (from + index) % count);
  const before = range.map((index) => places[index] ?? null);
  await put(range.map((index) => [index, null]));
  await pass(ms);
  await put(range.map((index, at) => [index, before[at] ?? null]));
}

function look(when: string): void {
  const { statuses } = core.monitor;
  const bad = ids.flatMap((id, index) => {
    const state = statuses[id]?.state;
    const host = core.vault.find(id)?.address.host;
    return state === 'connected' && host === places[index]
      ? []
      : [`${index} is ${state} at ${host}, not ${places[index]}`];
  });
  if (bad.length > 0) wrong.push(`${when}: ${bad.length} of ${count}, such as ${bad[0]}`);
}

core.start();
await pass(10 * MINUTE_MS);
look('at first');
const share = Math.max(1, Math.floor(count / 50));
for (let day = 0; day < days && wrong.length < 5; day += 1) {
  tell({ kind: 'sample', figures: await measure(day) });
  await pass(6 * HOUR_MS);
  await move(day * share, share);
  await pass(2 * HOUR_MS);
  await swap((day * 7) % count, (day * 7 + 3) % count);
  await pass(2 * HOUR_MS);
  await away(day * 5 * share, 2 * share, 3 * HOUR_MS);
  await pass(HOUR_MS);
  // The power is gone at night, twice in seven days.
  if (day % 4 === 2) await away(0, count, HOUR_MS);
  else await pass(HOUR_MS);
  await pass(9 * HOUR_MS);
  look(`day ${day + 1}`);
}
tell({ kind: 'sample', figures: await measure(days) });
if (core.vault.notices.length > 0) wrong.push(`told ${JSON.stringify(core.vault.notices)}`);
const kept = readdirSync(join(folder, 'history'), { recursive: true }).length;
await core.close();
fleet.stop();
rmSync(folder, { recursive: true });
tell({
  kind: 'ended',
  wrong,
  facts: {
    checks: counts.checks,
    'devices followed to another address': counts.moves,
    'times a device was away': counts.away,
    'searches of the subnet': counts.searches,
    'TLS handshakes of the devices': handshakes,
    'files of the history': kept,
  },
});
process.disconnect();
