import type { AppState } from '../../shared/ipc/app.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';

/** What a renderer gets from a main process that knows nothing yet. */
export const EMPTY_APP: AppState = {
  version: '1',
  runtime: { electron: '33', chromium: '130', node: '20', system: 'Linux' },
  language: 'en',
  rootCas: [],
  pairings: [],
  storageProblem: null,
  notices: [],
  statuses: {},
  manager: { state: 'off' },
  bridges: {},
  settings: DEFAULT_SETTINGS,
  suggestedPosId: 'bar-1',
  offered: null,
};
