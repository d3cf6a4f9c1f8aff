import { beforeEach, expect, it, vi } from 'vitest';
import { leanChromium } from '../../electron/adapters/lean-chromium.ts';

const { switches, disableHardwareAcceleration } = vi.hoisted(() => ({
  switches: new Map<string, string>(),
  disableHardwareAcceleration: vi.fn(),
}));
vi.mock('electron', () => ({
  app: {
    disableHardwareAcceleration,
    commandLine: {
      getSwitchValue: (name: string) => switches.get(name) ?? '',
      appendSwitch: (name: string, value: string) => switches.set(name, value),
    },
  },
}));

beforeEach(() => {
  switches.clear();
  disableHardwareAcceleration.mockClear();
});

it('draws without the graphics processor', () => {
  leanChromium();
  expect(disableHardwareAcceleration).toHaveBeenCalledOnce();
});

it.each([
  ['', 'NetworkServiceInProcess2'],
  ['Foo<Bar:x/y,Baz', 'Foo<Bar:x/y,Baz,NetworkServiceInProcess2'],
])('keeps the features that were asked for: “%s”', (given, expected) => {
  if (given) switches.set('enable-features', given);
  leanChromium();
  expect(switches.get('enable-features')).toBe(expected);
});
