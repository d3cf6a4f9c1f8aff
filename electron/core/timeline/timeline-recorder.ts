import type { PairingRecord } from '../../../shared/pairing.ts';
import type { ConnectionState } from '../../../shared/status.ts';
import type { Timeline, TimelineState } from '../../../shared/timeline.ts';
import type { News } from '../news.ts';
import { DayFiles } from './day-files.ts';
import { beatLine, parseLine, startLine, stateLine, type TimelineLine, writeLine } from './line.ts';
import { BEAT_MS, timelineOf } from './timeline-of.ts';
import { summarizeTimeline, type TimelineSummary } from './timeline-summary.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What a thousand pairings bring together is written at once. */
const WRITE_EVERY_MS = MINUTE_MS;
/** As long as the disk takes nothing, no more lines than this are kept for it: the newest. */
const MOST_WAITING = 20_000;

/** null: passes by itself and says nothing of the device. */
const STATE_OF: Record<ConnectionState, TimelineState | null> = {
  unknown: null,
  checking: null,
  connected: 'answered',
  'till-connected': 'answered',
  'tls-only': 'answered',
  waiting: 'away',
  'in-use': 'in-use',
  reconnecting: 'away',
  unreachable: 'away',
  unclear: 'trouble',
  'wrong-device': 'trouble',
  'other-root-ca': 'trouble',
  refused: 'trouble',
  expired: 'trouble',
  'clock-wrong': 'trouble',
  failed: 'trouble',
};

interface Hour {
  readonly at: number;
  sum: number;
  n: number;
  slowest: number;
}

/**
 * Keeps when each device answered, and how fast, for a week. Costs one write a minute at most, however many pairings
 * there are: only changes of a state and the round trips of an hour get a line.
 */
export class TimelineRecorder {
  readonly #files: DayFiles;
  readonly #now: () => number;
  readonly #states = new Map<string, TimelineState>();
  readonly #hours = new Map<string, Hour>();
  /** When each pairing was checked last, in milliseconds since 1970. */
  readonly #lastCheck = new Map<string, number>();
  readonly #startedAt: number;
  #waiting: TimelineLine[];
  #writtenAt: number;
  #beatAt: number;

  /** @param now milliseconds since 1970 */
  constructor(directory: string, now: () => number) {
    this.#files = new DayFiles(directory);
    this.#now = now;
    this.#startedAt = now();
    this.#writtenAt = this.#startedAt;
    this.#beatAt = this.#startedAt;
    this.#waiting = [startLine(this.#startedAt)];
  }

  record(news: News): void {
    switch (news.type) {
      case 'status-changed':
        this.#stateChanged(news.pairing.id, STATE_OF[news.status.state]);
        break;
      case 'pairing-changed':
        this.#checked(news.pairing);
        break;
      case 'pairing-ended':
        if (news.end.stored) this.#checked(news.end.stored);
        break;
      case 'pairing-removed':
        this.#states.delete(news.pairing.id);
        this.#hours.delete(news.pairing.id);
        this.#lastCheck.delete(news.pairing.id);
        break;
      default:
    }
  }

  /** Writes what is due. Call it every few seconds. */
  tick(): void {
    const now = this.#now();
    // Also when the clock was set back.
    if (Math.abs(now - this.#beatAt) >= BEAT_MS) {
      this.#beatAt = now;
      this.#waiting.push(beatLine(now));
    }
    if (Math.abs(now - this.#writtenAt) < WRITE_EVERY_MS) return;
    for (const [id, hour] of this.#hours) {
      if (now >= hour.at && now < hour.at + HOUR_MS) continue;
      this.#waiting.push(tripsLine(id, hour));
      this.#hours.delete(id);
    }
    this.#write();
  }

  /** The app ends: writes all that is known. */
  close(): void {
    for (const [id, hour] of this.#hours) this.#waiting.push(tripsLine(id, hour));
    this.#hours.clear();
    this.#waiting.push(beatLine(this.#now()));
    this.#write();
  }

  /** The last days of a pairing, up to now. What cannot be read counts as not checked. */
  async read(pairingId: string): Promise<Timeline> {
    // Before the files, so that nothing that is written meanwhile is missing; what is in both says the same.
    const hour = this.#hours.get(pairingId);
    const fresh = [...this.#waiting, ...(hour ? [tripsLine(pairingId, hour)] : [])];
    const now = this.#now();
    const stored = await this.#files.read(now, (line) => line.includes(pairingId) || !line.includes('"p":'));
    const lines = [...stored.flatMap((line) => parseLine(line) ?? []), ...fresh];
    return timelineOf(
      lines.filter((line) => !('p' in line) || line.p === pairingId),
      now,
    );
  }

  /** The last days of several pairings in short, by their ids. Reads each file once, however many there are. */
  async summaries(pairingIds: readonly string[]): Promise<Record<string, TimelineSummary>> {
    const fresh = [...this.#waiting, ...[...this.#hours].map(([id, hour]) => tripsLine(id, hour))];
    const now = this.#now();
    const stored = await this.#files.read(now, () => true);
    const lines = [...stored.flatMap((line) => parseLine(line) ?? []), ...fresh];
    const ofApp = lines.filter((line) => !('p' in line));
    const ofPairing = new Map<string, TimelineLine[]>();
    for (const line of lines) {
      if (!('p' in line)) continue;
      const others = ofPairing.get(line.p);
      if (others) others.push(line);
      else ofPairing.set(line.p, [line]);
    }
    return Object.fromEntries(
      pairingIds.map((id) => [
        id,
        summarizeTimeline(timelineOf([...ofApp, ...(ofPairing.get(id) ?? [])], now)),
      ]),
    );
  }

  #stateChanged(id: string, state: TimelineState | null): void {
    if (state === null || this.#states.get(id) === state) return;
    this.#states.set(id, state);
    this.#waiting.push(stateLine(this.#now(), id, state));
  }

  #checked({ id, lastCheck }: PairingRecord): void {
    if (!lastCheck || !('roundTripMs' in lastCheck)) return;
    const checkedAt = Date.parse(lastCheck.at);
    // The record of a pairing changes for other reasons too, and then tells of an earlier check once more.
    if (checkedAt < this.#startedAt || checkedAt <= (this.#lastCheck.get(id) ?? 0)) return;
    this.#lastCheck.set(id, checkedAt);
    const at = checkedAt - (checkedAt % HOUR_MS);
    const { roundTripMs } = lastCheck;
    const hour = this.#hours.get(id);
    if (hour?.at === at) {
      hour.sum += roundTripMs;
      hour.n += 1;
      hour.slowest = Math.max(hour.slowest, roundTripMs);
      return;
    }
    if (hour) this.#waiting.push(tripsLine(id, hour));
    this.#hours.set(id, { at, sum: roundTripMs, n: 1, slowest: roundTripMs });
  }

  #write(): void {
    const now = this.#now();
    this.#writtenAt = now;
    if (this.#waiting.length === 0) return;
    try {
      const isNewDay = !this.#files.has(now);
      if (isNewDay) this.#files.prune(now);
      const lines = isNewDay ? [...this.#known(now), ...this.#waiting] : this.#waiting;
      this.#files.append(now, lines.map(writeLine));
      this.#waiting = [];
    } catch {
      // A full disk must not stop the watching; the lines are tried again.
      this.#waiting = this.#waiting.slice(-MOST_WAITING);
    }
  }

  /** A new day begins with what is known, since the day that told it will be gone first. */
  #known(now: number): TimelineLine[] {
    const changedSince = new Set(this.#waiting.flatMap((line) => (line.k === 'state' ? [line.p] : [])));
    return [...this.#states]
      .filter(([id]) => !changedSince.has(id))
      .map(([id, state]) => stateLine(now, id, state));
  }
}

const tripsLine = (p: string, { at, sum, n, slowest }: Hour): TimelineLine => ({
  k: 'trips',
  t: at,
  p,
  mean: Math.round((sum / n) * 10) / 10,
  slowest,
  n,
});
