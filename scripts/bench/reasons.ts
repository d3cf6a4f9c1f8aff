/** Why a goal is missed, by the name of its figure. Kept by hand: to be removed once it is met. */
export const REASONS: Readonly<Record<string, string>> = {
  'bridge/near':
    'a message takes twice the way: a program there that hands bytes on unread takes 1.9 times as long as a direct connection',
  'idle/cpu':
    'V8 collects what the start has left, which is more than a button’s: three quarters of it, once. From the third minute on it is 36 ms against 13, since the clock, the network and the device are looked at; within 1.05 of 13 ms nothing can be looked at',
};
