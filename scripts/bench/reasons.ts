/** Why a goal is missed, by the name of its figure. Kept by hand: to be removed once it is met. */
export const REASONS: Readonly<Record<string, string>> = {
  'bridge/near':
    'a message takes twice the way: a program there that hands bytes on unread takes longer than the goal by itself (see Bridge)',
  'idle/cpu': 'V8 collects, once, what the start has left, which is more than what a button leaves',
  'idle/cpu-later':
    'the clock, the network and the device are looked at, where an empty window looks at nothing: the goal leaves less than a millisecond for it',
};
