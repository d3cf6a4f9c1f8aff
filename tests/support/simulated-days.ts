import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_TIMING } from '../../electron/core/context.ts';
import type { Later } from '../../electron/core/later.ts';
import { ConnectionMonitor, DEFAULT_HEARTBEAT } from '../../electron/core/status/monitor.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import type { PairingStatus } from '../../shared/status.ts';
import { testRegister } from './register.ts';

/** As often as the core calls it. */
const TICK_MS = 5_000;

/** A clock and its timers that only go on when told to. */
function simulatedTime() {
  let now = Date.now();
  let timers: { readonly at: number; readonly work: () => void }[] = [];
  const later: Later = (work, ms) => {
    const timer = { at: now + ms, work };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  return {
    now: () => now,
    later,
    advance: (ms: number) => {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { work } of due) work();
    },
  };
}

/** A register with the monitor as the app sets it up, whose days pass in seconds; its connections are real. */
export function registerThroughDays(rootCaPem: string, settings = DEFAULT_SETTINGS) {
  const time = simulatedTime();
  const register = testRegister(rootCaPem, DEFAULT_TIMING);
  register.setClock(time.now);
  const searchedAt: number[] = [];
  const told: { readonly id: string; readonly status: PairingStatus }[] = [];
  const monitor = new ConnectionMonitor({
    context: register.context,
    settings: () => settings,
    search: async () => {
      searchedAt.push(time.now());
      return [];
    },
    heartbeat: { ...DEFAULT_HEARTBEAT, clock: time.now },
    random: () => 0.5,
    later: time.later,
    tell: (news) => {
      if (news.type === 'status-changed') told.push({ id: news.pairing.id, status: news.status });
    },
  });
  const { vault, leases } = register.context;
  /** Whether a check runs or a watched channel is being opened. */
  const isBusy = () =>
    vault.pairings.some(({ id, identity }) => {
      const status = monitor.statuses[id];
      return status?.state === 'checking' || (!status?.live && leases.holderOf(identity) !== undefined);
    });
  const settled = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    while (isBusy()) await sleep(2);
  };
  return {
    register,
    monitor,
    /** When the subnets were searched, in milliseconds since 1970. */
    searchedAt,
    told,
    now: time.now,
    settled,
    /** Lets time pass as the app sees it, and what it starts come to its end. */
    pass: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += TICK_MS) {
        time.advance(TICK_MS);
        monitor.tick();
        await settled();
      }
    },
  };
}
