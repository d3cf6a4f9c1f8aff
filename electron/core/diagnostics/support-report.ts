import { setImmediate as nextTurn } from 'node:timers/promises';
import { type BridgeView, bridgeViewSchema } from '../../../shared/bridge.ts';
import type { AppError } from '../../../shared/errors.ts';
import type { HistoryEntry } from '../../../shared/history.ts';
import { type PairingRecord, pairingRecordSchema, type StorageNotice } from '../../../shared/pairing.ts';
import type { PolicyView } from '../../../shared/policy.ts';
import { type TrustedRootCa, trustedRootCaSchema } from '../../../shared/root-ca.ts';
import type { Settings } from '../../../shared/settings.ts';
import type { PairingStatus } from '../../../shared/status.ts';
import { redact } from '../redact.ts';
import type { FailedAttempt } from './last-failed-attempt.ts';
import type { NetworkFact } from './networks.ts';
import { redactData, redactLine } from './redact-data.ts';

const DAY_MS = 86_400_000;
/** Lines of a log that are cleaned in one go, while nothing else runs: some 50 ms. */
const LINES_AT_ONCE = 2_000;
/** How much of the history is in a report. */
const HISTORY_DAYS = 90;

/** A pairing as support sees it; `pending`: one that waits for its first proof beside the one in use. */
interface ReportedPairing {
  readonly pairing: PairingRecord;
  readonly pending: PairingRecord | null;
  readonly status: PairingStatus | null;
}

/** What the core knows and a report tells. */
export interface CoreFacts {
  readonly settings: Settings;
  readonly policy: PolicyView;
  readonly rootCas: readonly TrustedRootCa[];
  readonly pairings: readonly ReportedPairing[];
  /** By pairing id, as for {@link timelines}. */
  readonly bridges: Readonly<Record<string, BridgeView>>;
  /** By pairing id. */
  readonly timelines: Readonly<Record<string, object>>;
  readonly history: readonly HistoryEntry[];
  readonly notices: readonly StorageNotice[];
  /** Why nothing can be stored, or why the newest entries of the history are not. */
  readonly storageProblem: AppError | null;
  readonly historyProblem: AppError | null;
  readonly lastFailedAttempt: FailedAttempt | null;
}

export interface ReportFacts extends CoreFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The app, and what it runs on. */
  readonly about: Readonly<Record<string, string>>;
  readonly networks: readonly NetworkFact[];
  /** The diagnostic log, newest first, as lines of JSON. */
  readonly logs: readonly { readonly name: string; readonly text: string }[];
  /** Of this account: it names a person, and is written as `~`. */
  readonly homeFolder: string;
}

export interface ReportFile {
  readonly name: string;
  readonly text: string;
}

const README = (madeAt: string): string => `POS Pairing: support report
Made ${madeAt}

For the support of the point-of-sale software and of the payment devices. Times are UTC unless they say otherwise.

What is in it
  about.json         versions of the app and the system, language, time zone, clock
  settings.json      the settings of the app
  policy.json        what the organisation decides, and whether its policy is used
  pairings.json      each pairing: POS ID, name, device, address, state, last check, what its certificates say, and
                     the account and the computer that have its keys
  bridges.json       each bridge to POS software: state, port, pages, the connection there is and the last one:
                     times, counts of messages, close codes
  root-cas.json      what the certificates of the Root CAs say
  networks.json      the networks of this computer
  timeline.json      the last 7 days of each pairing: minutes it answered, was away or in use
  history.json       what happened in the last ${HISTORY_DAYS} days
  notices.json       trouble with stored data
  last-failure.json  the last pairing that failed since the app was started, also of a device that was never paired
  log/               the diagnostic log: connections with time, step, sizes, TLS version, alerts and close codes

What is not in it
  setup codes; private keys; certificates themselves; payments, and whatever else went over a connection, apart from
  the words in which a device gave its reason for an error; passwords and codes of the app; tokens of bridges;
  files of the vault, also in their encrypted form; crash dumps; hardware addresses; the name of the user's folder.

Every text in it has passed the same filter that keeps keys and codes out of error messages.
`;

/** Replaces the home folder, which has a person's name in it, before anything else. */
function cleaner(homeFolder: string): (text: string) => string {
  const isFolder = homeFolder.length > 3;
  return (text) => redact(isFolder ? text.replaceAll(homeFolder, '~') : text);
}

/**
 * The files of a support report: JSON and text, redacted, safe to be mailed. Works without a pairing and without a
 * Root CA: what is not there is `null` or empty. The app goes on meanwhile, for it may be watching channels.
 */
export async function buildSupportReport(facts: ReportFacts): Promise<ReportFile[]> {
  const clean = cleaner(facts.homeFolder);
  const madeAt = new Date(facts.now).toISOString();
  const since = facts.now - HISTORY_DAYS * DAY_MS;
  const parts: Readonly<Record<string, unknown>> = {
    about: { ...facts.about, madeAt },
    settings: facts.settings,
    policy: facts.policy,
    pairings: facts.pairings.map(reported),
    bridges: Object.fromEntries(
      Object.entries(facts.bridges).map(([id, view]) => [id, reportedBridge(view)]),
    ),
    'root-cas': facts.rootCas.map((rootCa) => trustedRootCaSchema.parse(rootCa)),
    networks: facts.networks,
    timeline: facts.timelines,
    history: facts.history.filter(({ at }) => Date.parse(at) >= since),
    notices: {
      notices: facts.notices,
      storageProblem: facts.storageProblem,
      historyProblem: facts.historyProblem,
    },
    'last-failure': facts.lastFailedAttempt,
  };
  const files: ReportFile[] = [{ name: 'README.txt', text: README(madeAt) }];
  for (const [name, value] of Object.entries(parts)) {
    await nextTurn();
    files.push({ name: `${name}.json`, text: `${JSON.stringify(redactData(value, clean), null, 2)}\n` });
  }
  for (const { name, text } of facts.logs)
    files.push({ name: `log/${name}`, text: await cleanLog(text, clean) });
  return files;
}

/** Parsing strips what the record does not name, whatever is kept beside it. */
function reported({ pairing, pending, status }: ReportedPairing): object {
  return {
    ...pairingRecordSchema.parse(pairing),
    pending: pending && pairingRecordSchema.parse(pending),
    status,
  };
}

/** A token is not among it; that there is one goes without saying. */
function reportedBridge(view: BridgeView): object {
  const { hasToken: _, ...reported } = bridgeViewSchema.parse(view);
  return reported;
}

async function cleanLog(text: string, clean: (text: string) => string): Promise<string> {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  let cleaned = '';
  for (let at = 0; at < lines.length; at += LINES_AT_ONCE) {
    await nextTurn();
    for (const line of lines.slice(at, at + LINES_AT_ONCE)) cleaned += `${redactLine(line, clean)}\n`;
  }
  return cleaned;
}
