import type { ErrorCode } from '../../../shared/errors.ts';
import { serialOf } from '../../../shared/identity.ts';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { PairingProgress, PairingRecord, StorageNotice } from '../../../shared/pairing.ts';
import type { SearchProgress } from '../../../shared/search.ts';
import type { UpdatesView } from '../../../shared/updates.ts';
import type { AttemptEnd, News } from '../news.ts';
import { BridgeDiagnosis } from './bridge-diagnosis.ts';
import { diagnose } from './diagnose.ts';
import type { About } from './event.ts';

const aboutOf = ({ id, address, identity }: PairingRecord): About => ({
  pairingId: id,
  device: formatAuthority(address),
  ...(serialOf(identity) && { serial: serialOf(identity) }),
});

/** Makes diagnostic events of what the core tells anyway. */
export class NewsDiagnosis {
  #progress: PairingProgress | undefined;
  #awaited: ErrorCode | null | undefined;
  #searchId = '';
  #update = '';
  readonly #checkedAt = new Map<string, string>();
  #notices: ReadonlySet<string> = new Set();
  readonly #bridges = new BridgeDiagnosis();

  record(news: News): void {
    switch (news.type) {
      case 'pairing-progress':
        this.#progressed(news.progress);
        break;
      case 'pairing-ended':
        this.#ended(news.end);
        break;
      case 'pairing-changed':
        this.#checked(news.pairing);
        break;
      case 'pairing-proved':
      case 'pairing-moved':
        diagnose({ ...aboutOf(news.pairing), kind: news.type });
        break;
      case 'pairing-removed':
        this.#checkedAt.delete(news.pairing.id);
        this.#bridges.forget(news.pairing.id);
        diagnose({ ...aboutOf(news.pairing), kind: news.type });
        break;
      case 'status-changed': {
        const { pairing, before, status } = news;
        // That a check runs is told by its connection.
        if (status.state === 'checking' || status.state === before.state) break;
        const code = status.error?.code ?? null;
        diagnose({ ...aboutOf(pairing), kind: 'status', from: before.state, to: status.state, code });
        break;
      }
      case 'search-progress':
        this.#searched(news.progress);
        break;
      case 'root-ca-trusted':
        diagnose({ kind: 'root-ca-trusted', fingerprint256: news.rootCa.root.fingerprint256 });
        break;
      case 'policy-applied':
        diagnose({ kind: 'policy', outcome: 'applied' });
        break;
      case 'policy-removed':
        diagnose({ kind: 'policy', outcome: 'removed' });
        break;
      case 'policy-rejected':
        diagnose({ kind: 'policy', outcome: news.error.code });
        break;
      case 'updates-changed':
        this.#updated(news.updates);
        break;
      case 'app-updated':
        diagnose({ kind: 'app-updated', from: news.from, to: news.to });
        break;
      case 'bridge-changed':
        this.#bridges.changed(news.pairingId, news.view);
        break;
      case 'bridge-switched':
        diagnose({ ...aboutOf(news.pairing), kind: news.type, on: news.on });
        break;
      case 'bridge-token-replaced':
        diagnose({ ...aboutOf(news.pairing), kind: news.type });
        break;
      case 'bridge-locked':
        diagnose({ ...aboutOf(news.pairing), kind: news.type, ms: news.forMs });
        break;
      case 'notices-changed':
        this.#noticed(news.notices);
        break;
      default:
    }
  }

  /** Each step once, and not how it gets on. */
  #updated(updates: UpdatesView | null): void {
    if (!updates) return;
    const { now, obstacle } = updates;
    const version = 'version' in now ? now.version : null;
    const code = now.state === 'failed' ? now.error.code : null;
    const step = [now.state, version, obstacle, code].join();
    if (step === this.#update) return;
    this.#update = step;
    diagnose({ kind: 'update', state: now.state, version, obstacle, code });
  }

  #progressed(progress: PairingProgress): void {
    const before = this.#progress?.attemptId === progress.attemptId ? this.#progress : undefined;
    if (!before) this.#awaited = undefined;
    this.#progress = progress;
    for (const [at, { stage, state, durationMs }] of progress.stages.entries()) {
      const earlier = before?.stages[at]?.state ?? 'waiting';
      if (state === earlier) continue;
      if (state === 'running' && earlier === 'waiting') diagnose({ kind: 'stage-begun', stage });
      if (state === 'done' || state === 'failed')
        diagnose({ kind: 'stage-ended', stage, outcome: state, ms: durationMs ?? 0 });
    }
    if (progress.identityQuestion && !before?.identityQuestion) {
      const serial = serialOf(progress.identityQuestion.identity);
      diagnose({ kind: 'identity-asked', ...(serial && { serial }) });
    }
    const awaited = progress.waiting && (progress.waiting.error?.code ?? null);
    if (awaited !== undefined && awaited !== this.#awaited)
      diagnose({ kind: 'device-awaited', code: awaited });
    this.#awaited = awaited;
  }

  #ended({ posId, result, isProved, stored }: AttemptEnd): void {
    this.#progress = undefined;
    if (stored?.lastCheck) this.#checkedAt.set(stored.id, stored.lastCheck.at);
    const about = stored ? aboutOf(stored) : {};
    if (result.ok)
      diagnose({
        ...about,
        kind: 'pairing-ended',
        posId,
        outcome: isProved ? 'proved' : 'waiting',
        stage: null,
      });
    else {
      const { code, stage = null } = result.error;
      diagnose({ ...about, kind: 'pairing-ended', posId, outcome: code, stage });
    }
  }

  /** A record changes for other reasons too, and then tells of an earlier check once more. */
  #checked(pairing: PairingRecord): void {
    const { id, lastCheck: check } = pairing;
    if (!check || this.#checkedAt.get(id) === check.at) return;
    this.#checkedAt.set(id, check.at);
    diagnose({
      ...aboutOf(pairing),
      kind: 'check',
      result: check.result,
      depth: 'depth' in check ? check.depth : null,
      ms: 'roundTripMs' in check ? check.roundTripMs : null,
      code: 'error' in check ? check.error.code : null,
    });
  }

  #searched({ searchId, total, found, finished, error }: SearchProgress): void {
    if (searchId !== this.#searchId) {
      this.#searchId = searchId;
      diagnose({ kind: 'search-begun', hosts: total });
    }
    if (finished) diagnose({ kind: 'search-ended', found: found.length, code: error?.code ?? null });
  }

  #noticed(notices: readonly StorageNotice[]): void {
    for (const { id, kind, what } of notices) {
      if (!this.#notices.has(id)) diagnose({ kind: 'storage-notice', notice: kind, what });
    }
    this.#notices = new Set(notices.map(({ id }) => id));
  }
}
