const STARTS = 'React, the texts and the first state are made in the page: the window shows one button';

/** Why a goal is missed, by the name of its figure. Kept by hand: to be removed once it is met. */
export const REASONS: Readonly<Record<string, string>> = {
  'bridge/near':
    'a message takes twice the way: a program there that hands bytes on unread takes 1.9 times as long as a direct connection',
  'check/TLSv1.3':
    'the chain is read in the one way that Node frees again, which makes more of it than is asked for',
  'idle/cpu':
    'the clock, the network and the device are looked at: 0.2 % of a processor, where an empty window does nothing',
  'idle/memory':
    'React, the texts and the first screen are 16 MiB in the page, the core 8 MiB in the main process, what is drawn 5 MiB: the window draws one button',
  'start/few': STARTS,
  'start/first': STARTS,
  'start/many':
    'a thousand records are read, checked and handed on, and eight cards are made where one is compared with one button',
};
