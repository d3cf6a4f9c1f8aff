import { formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { ConnectionState, PairingStatus } from '../../../shared/status.ts';
import type { AttemptEnd, News } from '../news.ts';
import type { History, NewHistoryEntry } from './history.ts';

/** States that pass by themselves and would only fill the history. */
const PASSING: ReadonlySet<ConnectionState> = new Set([
  'unknown',
  'checking',
  'waiting',
  'reconnecting',
  // A till comes and goes all day.
  'till-connected',
]);

/** Which pairing an entry is about. */
const aboutPairing = ({ id, posId, identity }: PairingRecord) => ({
  pairingId: id,
  posId,
  ...(identity.kind === 'serial' && { serial: identity.serial }),
});

function endOfAttempt({
  posId,
  replaced,
  hasWaited,
  isProved,
  result,
  stored,
}: AttemptEnd): NewHistoryEntry | null {
  const about = stored ?? replaced;
  const subject = about ? aboutPairing(about) : { posId };
  if (!result.ok) return { ...subject, posId, kind: 'pairing-failed', result: result.error.code };
  // That it waits was told when the waiting began.
  if (!isProved) return null;
  if (hasWaited) return { ...subject, kind: 'proved', result: 'ok' };
  if (!replaced) return { ...subject, kind: 'paired', result: 'ok' };
  const before = aboutPairing(replaced).serial;
  const after = aboutPairing(result.value).serial;
  if (before === after) return { ...subject, kind: 're-paired', result: 'ok' };
  return {
    ...subject,
    kind: 'device-swapped',
    result: 'ok',
    ...(before && { from: before }),
    ...(after && { to: after }),
  };
}

/** Turns news into history entries, the same ones for whoever runs the core. */
export class HistoryRecorder {
  readonly #history: Pick<History, 'append'>;
  /** The last lasting state of each pairing, so that only real changes are written. */
  readonly #lastState = new Map<string, ConnectionState>();

  constructor(history: Pick<History, 'append'>) {
    this.#history = history;
  }

  /** Returns whether the news was worth an entry. */
  record(news: News): boolean {
    const entry = this.#entryFor(news);
    if (entry) this.#history.append(entry);
    return entry !== null;
  }

  #entryFor(news: News): NewHistoryEntry | null {
    switch (news.type) {
      case 'pairing-ended':
        return endOfAttempt(news.end);
      case 'pairing-waits':
        return { ...aboutPairing(news.pairing), kind: 'paired-waiting', result: 'ok' };
      case 'pairing-proved':
        return { ...aboutPairing(news.pairing), kind: 'proved', result: 'ok' };
      case 'pairing-renamed': {
        const { before, after } = news;
        return {
          ...aboutPairing(after),
          kind: 'renamed',
          result: 'ok',
          from: before.name,
          to: after.name,
        };
      }
      case 'pairing-moved': {
        const { pairing, from } = news;
        return {
          ...aboutPairing(pairing),
          kind: 'address-moved',
          result: 'ok',
          from: formatAuthority(from),
          to: formatAuthority(pairing.address),
        };
      }
      case 'pairing-removed':
        this.#lastState.delete(news.pairing.id);
        return { ...aboutPairing(news.pairing), kind: 'removed', result: 'ok' };
      case 'kit-exported':
        return {
          ...aboutPairing(news.pairing),
          kind: 'exported',
          result: 'ok',
          to: news.folder,
          note: news.format,
        };
      case 'status-changed':
        return this.#statusEntry(news.pairing, news.status);
      case 'root-ca-trusted': {
        const { subject, fingerprint256 } = news.rootCa.root;
        return { kind: 'root-ca-added', result: 'ok', to: fingerprint256, note: subject };
      }
      case 'root-ca-removed': {
        const { subject, fingerprint256 } = news.rootCa.root;
        return { kind: 'root-ca-removed', result: 'ok', from: fingerprint256, note: subject };
      }
      case 'pairing-root-ca-changed': {
        const { pairing, from, to } = news;
        return {
          ...aboutPairing(pairing),
          kind: 'pairing-root-ca-changed',
          result: 'ok',
          from,
          to: to.fingerprint256,
          note: to.subject,
        };
      }
      case 'manager-event':
        return { kind: `manager-${news.event}`, result: 'ok' };
      case 'bridge-switched':
        return { ...aboutPairing(news.pairing), kind: news.on ? 'bridge-on' : 'bridge-off', result: 'ok' };
      case 'bridge-token-replaced':
        return { ...aboutPairing(news.pairing), kind: 'bridge-token', result: 'ok' };
      case 'bridge-locked':
        return {
          ...aboutPairing(news.pairing),
          kind: 'bridge-locked',
          result: 'ok',
          to: String(Math.round(news.forMs / 1000)),
        };
      case 'policy-applied':
      case 'policy-removed':
        return { kind: news.type, result: 'ok', note: news.place };
      case 'policy-rejected': {
        const { code, detail } = news.error;
        return {
          kind: 'policy-rejected',
          result: code,
          note: detail ? `${news.place}: ${detail}` : news.place,
        };
      }
      case 'app-updated':
        return { kind: 'app-updated', result: 'ok', from: news.from, to: news.to };
      case 'update-failed': {
        const { code, detail } = news.error;
        return {
          kind: 'update-failed',
          result: code,
          ...(news.version !== undefined && { to: news.version }),
          ...(detail && { note: detail }),
        };
      }
      case 'updates-changed':
      case 'bridge-changed':
      case 'manager-changed':
      case 'pairing-progress':
      case 'pairing-changed':
      case 'search-progress':
      case 'checks-progress':
      case 'doctor-progress':
      case 'settings-changed':
      case 'notices-changed':
      case 'history-changed':
        return null;
    }
  }

  #statusEntry(pairing: PairingRecord, { state, error }: PairingStatus): NewHistoryEntry | null {
    const before = this.#lastState.get(pairing.id);
    if (PASSING.has(state) || state === before) return null;
    this.#lastState.set(pairing.id, state);
    // The first check after a start says nothing new while all is well.
    if (before === undefined && state === 'connected') return null;
    return {
      ...aboutPairing(pairing),
      kind: state === 'refused' ? 'refused' : 'status',
      result: error?.code ?? 'ok',
      ...(before && { from: before }),
      to: state,
    };
  }
}
