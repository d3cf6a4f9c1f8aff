import type { Push } from '../../shared/ipc/index.ts';
import type { Settings, ShownLanguage } from '../../shared/settings.ts';
import type { News } from '../core/news.ts';

/** What the renderer is told of the core's news, or null when it is of no use there. */
export function pushOf(
  news: News,
  languageFor: (choice: Settings['language']) => ShownLanguage,
): Push | null {
  switch (news.type) {
    case 'pairing-progress':
    case 'search-progress':
    case 'checks-progress':
    case 'doctor-progress':
    case 'history-changed':
    case 'manager-changed':
    case 'bridge-changed':
    case 'updates-changed':
      return news;
    case 'manager-event':
      return null;
    case 'app-updated':
    case 'update-failed':
      // The history tells, and the view of a failure that is new.
      return null;
    case 'policy-applied':
    case 'policy-removed':
    case 'policy-rejected':
      // The page is told with the state it begins with: a policy is read once.
      return null;
    case 'pairing-ended':
      // The outcome itself came with the progress.
      return news.end.stored ? { type: 'pairing-changed', pairing: news.end.stored } : null;
    case 'pairing-changed':
    case 'pairing-waits':
    case 'pairing-proved':
    case 'pairing-moved':
    case 'pairing-root-ca-changed':
      return { type: 'pairing-changed', pairing: news.pairing };
    case 'pairing-renamed':
      return { type: 'pairing-changed', pairing: news.after };
    case 'pairing-removed':
      return { type: 'pairing-removed', pairingId: news.pairing.id };
    case 'status-changed':
      return { type: 'status-changed', pairingId: news.pairing.id, status: news.status };
    case 'root-ca-trusted':
    case 'root-ca-removed':
      return { type: 'root-cas-changed', rootCas: [...news.rootCas] };
    case 'settings-changed': {
      const { settings } = news;
      return { type: 'settings-changed', settings, language: languageFor(settings.language) };
    }
    // The view and the history tell.
    case 'bridge-switched':
    case 'bridge-token-replaced':
    case 'bridge-locked':
    case 'kit-exported':
      // Who asked for it has the answer; the history is told of by itself.
      return null;
    case 'notices-changed':
      return { type: 'notices-changed', notices: [...news.notices] };
  }
}
