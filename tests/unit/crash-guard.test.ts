import { expect, it } from 'vitest';
import { crashGuard } from '../../electron/window/crash-guard.ts';

it('reloads a page that crashes now and then, but not one that crashes again and again', () => {
  let now = 0;
  const mayReload = crashGuard(() => now);
  expect(mayReload()).toBe(true);
  now += 1_000;
  expect(mayReload()).toBe(true);
  now += 1_000;
  expect(mayReload()).toBe(false);
});

it('forgets crashes of long ago', () => {
  let now = 0;
  const mayReload = crashGuard(() => now);
  for (let crash = 0; crash < 10; crash += 1) {
    expect(mayReload()).toBe(true);
    now += 31_000;
  }
});
