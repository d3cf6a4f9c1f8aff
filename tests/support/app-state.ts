import type { AppState } from '../../shared/ipc/app.ts';
import type { PolicyView } from '../../shared/policy.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';

/** As on a computer that nobody manages. */
export const NO_POLICY: PolicyView = {
  state: 'none',
  place: null,
  problem: null,
  locked: [],
  managesPin: false,
  managesAutostart: false,
  allowsExport: true,
  address: '',
  port: 8443,
};

/** What a renderer gets from a main process that knows nothing yet. */
export const EMPTY_APP: AppState = {
  version: '1',
  runtime: { electron: '33', chromium: '130', node: '20', system: 'Linux' },
  language: 'en',
  rootCas: [],
  pairings: [],
  storageProblem: null,
  account: { account: null, risk: null },
  notices: [],
  statuses: {},
  manager: { state: 'off' },
  bridges: {},
  policy: NO_POLICY,
  updates: null,
  settings: DEFAULT_SETTINGS,
  suggestedPosId: 'bar-1',
  offered: null,
};
