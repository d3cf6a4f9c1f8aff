/**
 * Writes without end, to be killed: role, folder. Prints a line with the values that documents will have before each
 * step, and one after it; a pipe takes them at once, so they are told also of a process that is dead.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { writeOwnerFile } from '../../electron/adapters/owner-file.ts';
import { PinDocument } from '../../electron/core/access/stored-pin.ts';
import { BridgeStore } from '../../electron/core/bridge/bridge-store.ts';
import { historyToCsv } from '../../electron/core/history/export.ts';
import { History } from '../../electron/core/history/history.ts';
import { DayFiles } from '../../electron/core/timeline/day-files.ts';
import { beatLine, writeLine } from '../../electron/core/timeline/line.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { systemCode } from '../../electron/core/vault/own-files.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { MemoryCipher, MemoryDocuments } from '../../tests/support/vault.ts';
import { NONE, ROLES, type Role } from './roles.ts';
import { historyFolder, openCore, pairingOf, sha256, timelineFolder, vaultFolder } from './stored.ts';

const [, , roleName = '', work = '', firstStep = ''] = process.argv;
const folder = join(work, 'data');
const out = join(work, 'out');
const SUBJECT = '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e';
const REPORT_BYTES = 200_000;

/** The values of those documents that a step changes, when it is done. */
type Next = Record<string, string>;
interface Step {
  readonly next: Next;
  readonly run: () => unknown;
}
/** What the step with this number does; undefined: nothing at this moment. */
type Steps = (number: number) => Promise<Step | undefined> | Step;

/** Steps of the vault are tried on a twin in memory first, which tells what they come to. */
function vaultSteps(): Steps {
  const cipher = new MemoryCipher();
  const documents = electronStoreDocuments(vaultFolder(folder));
  const vault = new Vault(documents, cipher);
  const twinDocuments = new MemoryDocuments();
  const stored = documents.read(`pairings/${SUBJECT}`);
  if (stored.kind === 'document')
    twinDocuments.files.set(`pairings/${SUBJECT}`, JSON.stringify(stored.value));
  const twin = new Vault(twinDocuments, cipher);
  const [other] = vault.pairings;
  const second = new X509Certificate(readFileSync(join(work, 'second.pem')));
  const rootCa = { root: second, intermediates: [] };
  const rootName = `root-cas/${second.fingerprint256.replaceAll(':', '').toLowerCase()}`;
  const trustedAt = '2026-11-25T08:00:00.000Z';
  const changes: readonly ((target: Vault, number: number) => unknown)[] = [
    async (target, number) => {
      const [found] = await vault.credentials(other?.id ?? '');
      if (!found?.credentials) throw new Error('no keys');
      const record = { ...found.record, id: SUBJECT, posId: `P-${number}` };
      return target.storePending(record, { ...found.credentials, issuerPem: `issuer of ${number}` });
    },
    (target, number) => target.promote(SUBJECT, { name: `Register ${number}` }),
    (target, number) => target.updateRecord(SUBJECT, { name: `Name ${number}`, watchLive: number % 2 === 0 }),
    (target) => target.remove(SUBJECT),
  ];
  const order = [0, 1, 2, 2, 0, 2, 1, 2, 3];
  return async (number) => {
    if (number % 10 === 9)
      return vault.trustsRootCa(second.fingerprint256)
        ? { next: { [rootName]: NONE }, run: () => vault.removeRootCa(second.fingerprint256) }
        : { next: { [rootName]: trustedAt }, run: () => vault.trustRootCa(rootCa, trustedAt) };
    const change = changes[order[(number % 10) % order.length] ?? 0];
    try {
      await change?.(twin, number);
    } catch {
      // Where the last process was killed it may be too early for this one.
      return undefined;
    }
    return {
      next: { [`pairings/${SUBJECT}`]: await pairingOf(twin, SUBJECT) },
      run: () => change?.(vault, number),
    };
  };
}

function settingsSteps(): Steps {
  const core = openCore(folder);
  return (number) => {
    const patch = { checkIntervalMinutes: 5 + (number % 200), tray: number % 2 === 0 };
    const next = JSON.stringify({ ...core.settings.get(), ...patch });
    return { next: { settings: next }, run: () => core.updateSettings(patch) };
  };
}

function historySteps(): Steps {
  // So few that files are begun and dropped all the time.
  const history = new History({ directory: historyFolder(folder), now: Date.now, limit: 50 });
  const days = new DayFiles(timelineFolder(folder));
  return (number) =>
    number % 2 === 0
      ? {
          next: { history: String(number) },
          run: () =>
            history.append({ kind: 'renamed', result: 'ok', to: String(number), note: 'x'.repeat(250) }),
        }
      : {
          next: { timeline: String(number) },
          run: () => days.append(Date.now(), [writeLine(beatLine(number))]),
        };
}

/** Use cases of the core, which write a pairing and the history together, and the other small documents. */
function coreSteps(): Steps {
  const core = openCore(folder);
  const documents = electronStoreDocuments(vaultFolder(folder));
  const notices = new StorageNotices();
  const bridges = new BridgeStore(documents, notices);
  const pin = new PinDocument(documents, notices);
  const [, pairing] = core.vault.pairings;
  if (!pairing) throw new Error('no pairing');
  const { id } = pairing;
  return async (number) => {
    switch (number % 3) {
      case 0:
        return {
          next: {
            [`pairings/${id}`]: await renamed(id, String(number)),
            history: String(number),
          },
          run: () => core.renamePairing(id, String(number)),
        };
      case 1: {
        const config = { ...bridges.get(id), tokenSha256: sha256(String(number)).repeat(4) };
        return { next: { [`bridges/${id}`]: JSON.stringify(config) }, run: () => bridges.save(id, config) };
      }
      default: {
        const stored = pin.read();
        if (stored.kind !== 'pin') throw new Error(stored.kind);
        // Without a wait, which the core would count down and store as well.
        const tries = { failures: number, waitMs: 0 };
        return {
          next: { 'manager-pin': JSON.stringify({ ...stored, tries }) },
          run: () => pin.write(stored.pinHash, tries),
        };
      }
    }
  };

  async function renamed(pairingId: string, name: string): Promise<string> {
    const twinDocuments = new MemoryDocuments();
    const stored = documents.read(`pairings/${pairingId}`);
    if (stored.kind === 'document')
      twinDocuments.files.set(`pairings/${pairingId}`, JSON.stringify(stored.value));
    const twin = new Vault(twinDocuments, new MemoryCipher());
    twin.updateRecord(pairingId, { name });
    return pairingOf(twin, pairingId);
  }
}

function exportSteps(): Steps {
  const core = openCore(folder);
  const [pairing] = core.vault.pairings;
  const write = (name: string, text: string): Step => ({
    next: { [`out/${name}`]: sha256(text) },
    run: () => writeOwnerFile(join(out, name), Buffer.from(text), core),
  });
  return (number) => {
    switch (number % 3) {
      case 0:
        return write('report.zip', `${number} `.repeat(REPORT_BYTES / 8));
      case 1:
        return write('history.csv', `${historyToCsv(core.history.all())}${number}`);
      default:
        return {
          next: { [`out/kit-${number}`]: 'whole', history: `kit-${number}` },
          run: () =>
            core.connectionKit.export({
              pairingId: pairing?.id ?? '',
              format: 'pem-plain',
              password: { kind: 'none' },
              chooseFolder: async () => join(out, `kit-${number}`),
            }),
        };
    }
  };
}

const STEPS: Record<Role, () => Steps> = {
  vault: vaultSteps,
  settings: settingsSteps,
  history: historySteps,
  core: coreSteps,
  exports: exportSteps,
};

/** Returns when the pipe has it all: a full one takes no more for a moment. */
function say(line: object): void {
  let rest = Buffer.from(`${JSON.stringify(line)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (thrown) {
      if (systemCode(thrown) !== 'EAGAIN') throw thrown;
    }
  }
}

const role = ROLES.find((each) => each === roleName);
if (!role) throw new Error(`no role ${roleName}`);
const steps = STEPS[role]();
say({ ready: true });
for (let number = Number(firstStep); ; number += 1) {
  const step = await steps(number);
  if (!step) continue;
  say({ number, next: step.next });
  await step.run();
  say({ done: true });
}
