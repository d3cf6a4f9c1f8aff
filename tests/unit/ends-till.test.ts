import { expect, it } from 'vitest';
import { endsTill } from '../../renderer/screens/bridge/ends-till.ts';
import { type BridgeView, DEFAULT_BRIDGE_SETTINGS } from '../../shared/bridge.ts';

const PAGE = 'https://till.example';
const view = (till: Partial<NonNullable<BridgeView['till']>> | null = {}): BridgeView => ({
  settings: { ...DEFAULT_BRIDGE_SETTINGS, on: true, port: 8787, origins: [PAGE] },
  hasToken: true,
  state: 'busy',
  reason: null,
  till: till && {
    since: '2026-11-01T08:00:00.000Z',
    origin: PAGE,
    connected: true,
    fromTill: 0,
    fromDevice: 0,
    ...till,
  },
  lastTill: null,
  lockedUntil: null,
});
const wanted = { on: true, port: '8787', origins: PAGE };

it.each([
  ['nothing', {}, false],
  ['the switch', { on: false }, true],
  ['another port', { port: '8788' }, true],
  ['any free port', { port: '' }, true],
  ['its page taken off the list', { origins: 'https://other.example' }, true],
  ['another page beside it', { origins: `${PAGE} https://other.example` }, false],
])('%s is asked for when it disconnects the till', (_name, change, ends) => {
  expect(endsTill(view(), { ...wanted, ...change })).toBe(ends);
});

it('a till that is no page needs none on the list', () => {
  expect(endsTill(view({ origin: '' }), { ...wanted, origins: '' })).toBe(false);
});

it('without a connected till nobody is asked', () => {
  for (const till of [null, { connected: false }])
    expect(endsTill(view(till), { ...wanted, on: false })).toBe(false);
});
