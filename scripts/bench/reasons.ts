const STARTS = 'React, the texts and the first state are made in the page: the window shows one button';

/** Why a goal is missed, by the name of its figure. Kept by hand: to be removed once it is met. */
export const REASONS: Readonly<Record<string, string>> = {
  'bridge/near':
    'a message takes twice the way: a program there that hands bytes on unread takes 1.9 times as long as a direct connection',
  'idle/cpu':
    'V8 collects what the start has left, and the clock, the network and the device are looked at: 0.2 % of a processor, where an empty window does nothing',
  'idle/memory':
    'React, the texts and the first screen are 13 MiB in the page (a half of it objects, a half what Chromium makes of them), the core 7 MiB in the main process, what is drawn 5 MiB: the window draws one button',
  'start/few': STARTS,
  'start/first': STARTS,
  'start/many':
    'a thousand files are read and handed on, and a list with its tools is made where one button is compared; Chromium’s own processes take both processors meanwhile, so that another thread for it makes it slower',
};
