const STARTS = 'React, the texts and the first state are made in the page: the window shows one button';

/** Why a goal is missed, by the name of its figure. Kept by hand: to be removed once it is met. */
export const REASONS: Readonly<Record<string, string>> = {
  'bridge/throughput':
    'three processes share the processors, of which the bridge reads and writes each message once more',
  'start/few': STARTS,
  'start/first': STARTS,
  'start/many':
    'each record is copied on its way from the main process into the page, and each first check is told by itself',
};
