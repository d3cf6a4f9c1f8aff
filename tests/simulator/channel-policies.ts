/** What ends a channel, or what answers a second one. */
export type SecondChannel =
  | { readonly winner: 'newest'; readonly older: ChannelEnd }
  | { readonly winner: 'first'; readonly newer: ChannelEnd | UpgradeRefusal };

/** A WebSocket close code (RFC 6455 section 7.4), or the TCP connection cut without one. */
export type ChannelEnd = { readonly close: number } | 'cut';

/** In place of the WebSocket: an HTTP status, the TCP connection cut, or no answer at all. */
type UpgradeRefusal = { readonly http: number } | 'cut-before-upgrade' | 'unanswered';

const newestWins = (older: ChannelEnd): SecondChannel => ({ winner: 'newest', older });
const firstWins = (newer: ChannelEnd | UpgradeRefusal): SecondChannel => ({ winner: 'first', newer });

/** What happens to a second WebSocket of paired clients while one is open; real devices: unknown. */
export const SECOND_CHANNEL_POLICIES = {
  'newest-wins-1000': newestWins({ close: 1000 }),
  'newest-wins-1008': newestWins({ close: 1008 }),
  'newest-wins-4000': newestWins({ close: 4000 }),
  'newest-wins-cut': newestWins('cut'),
  'close-1000': firstWins({ close: 1000 }),
  'close-1001': firstWins({ close: 1001 }),
  'close-1008': firstWins({ close: 1008 }),
  'close-1013': firstWins({ close: 1013 }),
  'close-4000': firstWins({ close: 4000 }),
  'http-403': firstWins({ http: 403 }),
  'http-409': firstWins({ http: 409 }),
  'http-503': firstWins({ http: 503 }),
  'cut-before-upgrade': firstWins('cut-before-upgrade'),
  'cut-after-upgrade': firstWins('cut'),
  unanswered: firstWins('unanswered'),
} as const satisfies Readonly<Record<string, SecondChannel>>;

export type SecondChannelPolicy = keyof typeof SECOND_CHANNEL_POLICIES;

export const SECOND_CHANNEL_POLICY_NAMES: readonly SecondChannelPolicy[] =
  Object.keys(SECOND_CHANNEL_POLICIES).filter(isSecondChannelPolicy);

function isSecondChannelPolicy(name: string): name is SecondChannelPolicy {
  return Object.hasOwn(SECOND_CHANNEL_POLICIES, name);
}
