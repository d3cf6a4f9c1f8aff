import { describe, expect, it } from 'vitest';
import { hashPin, isPinHash, isPinOf, SCRYPT } from '../../electron/core/access/pin-hash.ts';
import { PinDocument } from '../../electron/core/access/stored-pin.ts';
import { TryCounter, waitAfter } from '../../electron/core/access/try-counter.ts';
import { required, settle } from '../../electron/core/failure.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import type { ManagerEvent, ManagerState } from '../../shared/manager.ts';
import { parsePin } from '../../shared/manager.ts';
import { codeOf } from '../support/failure-code.ts';
import { CHEAP_SCRYPT, managerAccess } from '../support/manager.ts';
import { MemoryDocuments } from '../support/vault.ts';

const MINUTE = 60_000;
const PIN = '295713';
const OTHER = '804621';
const WRONG = '111222';

const pinOf = (text: string) => required(parsePin(text));
/** The catalogue code `work` rejects with, or 'ok'. */
async function codeFrom(work: () => unknown): Promise<string> {
  const result = await settle(work);
  return result.ok ? 'ok' : result.error.code;
}

describe('a PIN', () => {
  it.each(['295713', '100000', '123457', '112233445566', ' 29 57-13 ', '２９５７１３'])(
    'may be %s',
    (text) => {
      expect(parsePin(text).ok).toBe(true);
    },
  );

  it.each([
    ['too short', '29571'],
    ['too long', '2957132957130'],
    ['empty', ''],
    ['no digits', '29571a'],
    ['another script', '٢٩٥٧١٣'],
    ['all the same', '777777'],
    ['all the same', '000000000000'],
    ['a run', '123456'],
    ['a run', '345678'],
    ['a run over the end', '789012'],
    ['a run down', '987654'],
    ['a run down over the end', '210987'],
    ['full-width digits in a run', '１２３４５６'],
  ])('may not be %s', (_, text) => {
    expect(parsePin(text)).toMatchObject({ ok: false, error: { code: 'pin-invalid', detail: '' } });
  });
});

describe('a hashed PIN', () => {
  it('is one line with its own salt and its parameters, and not the PIN', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => hashPin(pinOf(PIN), CHEAP_SCRYPT)));
    expect(first).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(first).not.toBe(second);
    expect(first).not.toContain(PIN);
    expect(isPinHash(first ?? '')).toBe(true);
  });

  it('is told from others at the cost it was made with', async () => {
    const hash = await hashPin(pinOf(PIN), CHEAP_SCRYPT);
    const dearer = { ...CHEAP_SCRYPT, cost: { ln: 6, r: 4, p: 2 } };
    expect(await isPinOf(hash, PIN, dearer)).toBe(true);
    expect(await isPinOf(hash, OTHER, dearer)).toBe(false);
    expect(await isPinOf(await hashPin(pinOf(PIN), dearer), PIN, CHEAP_SCRYPT)).toBe(true);
  });

  it('costs 128 MiB by default, as RFC 7914 measures it', async () => {
    expect(SCRYPT.cost).toEqual({ ln: 17, r: 8, p: 1 });
    const hash = await hashPin(pinOf(PIN), SCRYPT);
    expect(await isPinOf(hash, PIN, SCRYPT)).toBe(true);
    expect(await isPinOf(hash, OTHER, SCRYPT)).toBe(false);
  });

  it('is the scrypt that others compute', async () => {
    // RFC 7914 section 12, third vector, as far as 32 bytes go.
    const key = await SCRYPT.derive(
      'pleaseletmein',
      Buffer.from('SodiumChloride'),
      { ln: 14, r: 8, p: 1 },
      64,
    );
    expect(key.toString('hex')).toMatch(/^7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2/);
  });

  it.each([
    ['', 'nothing'],
    ['$scrypt$ln=4,r=8,p=1$AAAA$AAAA', 'short parts'],
    [`$scrypt$ln=40,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`, 'more memory than there is'],
    [`$scrypt$ln=20,r=99,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`, 'more memory than is given'],
    [`$scrypt$ln=0,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`, 'no cost'],
    [`$argon2id$ln=4,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`, 'another kind'],
  ])('is not %s (%s)', async (text) => {
    expect(isPinHash(text)).toBe(false);
    expect(await isPinOf(text, PIN, CHEAP_SCRYPT)).toBe(false);
  });
});

describe('the wait after wrong tries', () => {
  it('begins with the fifth one at 30 s and doubles up to an hour', () => {
    expect([1, 4, 5, 6, 7, 11, 12, 13, 400].map(waitAfter)).toEqual([
      0,
      0,
      30_000,
      MINUTE,
      2 * MINUTE,
      32 * MINUTE,
      60 * MINUTE,
      60 * MINUTE,
      60 * MINUTE,
    ]);
  });

  it('is never longer than an hour, whatever a file says', () => {
    const counter = new TryCounter({ failures: 1e9, waitMs: 1e15 }, () => 5);
    expect(counter.waitMs).toBe(60 * MINUTE);
  });
});

/** A computer with its two clocks and its disk, on which the app is started and ended. */
function computer() {
  const documents = new MemoryDocuments();
  const clock = { wall: Date.parse('2026-11-28T08:00:00Z'), steady: 1_000 };
  const states: ManagerState[] = [];
  const events: ManagerEvent[] = [];
  let timers: { at: number; work: () => void }[] = [];
  const notices = new StorageNotices();
  const start = () => {
    timers = [];
    return managerAccess(
      {
        document: new PinDocument(documents, notices),
        now: () => clock.wall,
        steadyNow: () => clock.steady,
        later: (work, ms) => {
          const timer = { at: clock.steady + ms, work };
          timers.push(timer);
          return () => {
            timers = timers.filter((other) => other !== timer);
          };
        },
        onState: (state) => states.push(state),
        onEvent: (event) => events.push(event),
      },
      documents,
    );
  };
  /** Time passes for both clocks, and what is due happens. */
  const pass = (ms: number) => {
    const end = clock.steady + ms;
    for (;;) {
      const [due] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!due) break;
      timers = timers.filter((other) => other !== due);
      clock.wall += Math.max(0, due.at - clock.steady);
      clock.steady = Math.max(clock.steady, due.at);
      due.work();
    }
    clock.wall += end - clock.steady;
    clock.steady = end;
  };
  /** Restarts the app, in a process whose steady clock counts from 0. */
  const restart = (offMs = 0) => {
    clock.wall += offMs;
    clock.steady = 0;
    return start();
  };
  return { documents, clock, states, events, notices, start, pass, restart };
}

async function withPin() {
  const all = computer();
  const access = all.start();
  await access.set(PIN);
  return { ...all, access };
}

async function blockedAfterFive() {
  const all = await withPin();
  const codes: string[] = [];
  for (let tries = 0; tries < 5; tries += 1) codes.push(await codeFrom(() => all.access.unlock(WRONG)));
  expect(codes).toEqual(['pin-wrong', 'pin-wrong', 'pin-wrong', 'pin-wrong', 'pin-locked']);
  return all;
}

describe('the manager PIN', () => {
  it('asks nobody for anything while it is off', async () => {
    const { start } = computer();
    const access = start();
    expect(access.state).toEqual({ state: 'off' });
    expect(() => access.authorize()).not.toThrow();
    expect(await codeFrom(() => access.unlock(PIN))).toBe('pin-not-set');
    expect(await codeFrom(() => access.change(PIN, OTHER))).toBe('pin-not-set');
    expect(await codeFrom(() => access.clear(PIN))).toBe('pin-not-set');
    expect(await codeFrom(() => access.reset(async () => {}))).toBe('pin-not-set');
  });

  it('locks once it is set, is on no disk in plain, and unlocks with the right digits only', async () => {
    const { access, documents, states, events } = await withPin();
    expect(access.state).toEqual({ state: 'locked', triesLeft: 5, readable: true });
    expect([...documents.files.values()].join()).not.toContain(PIN);
    expect(codeOf(() => access.authorize())).toBe('manager-needed');
    expect(await codeFrom(() => access.set(OTHER))).toBe('pin-already-set');
    expect(await settle(() => access.unlock(WRONG))).toMatchObject({
      error: { code: 'pin-wrong', params: { tries: '4' }, detail: '' },
    });
    await access.unlock(`${PIN.slice(0, 3)} ${PIN.slice(3)}`);
    expect(access.state).toMatchObject({ state: 'unlocked' });
    expect(codeOf(() => access.authorize())).toBe('ok');
    access.lock();
    expect(codeOf(() => access.authorize())).toBe('manager-needed');
    // The right one has given all tries back.
    expect(access.state).toMatchObject({ triesLeft: 5 });
    expect(states.map(({ state }) => state)).toEqual(['locked', 'locked', 'unlocked', 'unlocked', 'locked']);
    expect(events).toEqual(['pin-set']);
  });

  it('ends five minutes after the last use, not after the unlocking', async () => {
    const { access, pass, states } = await withPin();
    await access.unlock(PIN);
    pass(4 * MINUTE);
    expect(codeOf(() => access.authorize())).toBe('ok');
    pass(5 * MINUTE - 1);
    expect(access.state.state).toBe('unlocked');
    pass(1);
    expect(states.at(-1)).toMatchObject({ state: 'locked' });
    expect(codeOf(() => access.authorize())).toBe('manager-needed');
  });

  it('ends also while the computer sleeps, and when the clock is set back', async () => {
    const { access, clock } = await withPin();
    await access.unlock(PIN);
    // Asleep: the steady clock stands still on some systems.
    clock.wall += 6 * MINUTE;
    expect(codeOf(() => access.authorize())).toBe('manager-needed');
    await access.unlock(PIN);
    clock.wall -= 24 * 60 * MINUTE;
    clock.steady += 5 * MINUTE;
    expect(codeOf(() => access.authorize())).toBe('manager-needed');
    access.tick();
    expect(access.state.state).toBe('locked');
  });

  it('stays locked when it is locked while the PIN is being judged', async () => {
    const { access } = await withPin();
    const unlocking = settle(() => access.unlock(PIN));
    access.lock();
    expect(await unlocking).toMatchObject({ ok: false, error: { code: 'manager-needed' } });
    expect(access.state).toMatchObject({ state: 'locked' });
    await access.unlock(PIN);
    expect(access.state).toMatchObject({ state: 'unlocked' });
  });

  it('is not unlocked by a restart', async () => {
    const { access, restart } = await withPin();
    await access.unlock(PIN);
    access.close();
    expect(restart().state).toEqual({ state: 'locked', triesLeft: 5, readable: true });
  });

  it('waits after five wrong tries, longer each time, also for the right PIN', async () => {
    const { access, pass, states, events } = await blockedAfterFive();
    expect(access.state).toEqual({ state: 'blocked', until: '2026-11-28T08:00:30.000Z' });
    expect(events).toEqual(['pin-set', 'locked-out']);
    expect(await settle(() => access.unlock(PIN))).toMatchObject({
      error: { code: 'pin-locked', params: { until: '2026-11-28T08:00:30.000Z', wait: 'PT30S' } },
    });
    pass(29_999);
    expect(await codeFrom(() => access.unlock(PIN))).toBe('pin-locked');
    pass(1);
    expect(states.at(-1)).toEqual({ state: 'locked', triesLeft: 0, readable: true });
    expect(await settle(() => access.unlock(WRONG))).toMatchObject({
      error: { code: 'pin-locked', params: { wait: 'PT60S' } },
    });
    pass(MINUTE);
    await access.unlock(PIN);
    access.lock();
    expect(access.state).toMatchObject({ triesLeft: 5 });
  });

  it('waits no less because the clock is set, forward or back', async () => {
    const { access, clock, pass } = await blockedAfterFive();
    clock.wall += 365 * 24 * 60 * MINUTE;
    expect(await codeFrom(() => access.unlock(PIN))).toBe('pin-locked');
    clock.wall -= 2 * 365 * 24 * 60 * MINUTE;
    expect(await codeFrom(() => access.unlock(PIN))).toBe('pin-locked');
    pass(30_000);
    expect(await codeFrom(() => access.unlock(PIN))).toBe('ok');
  });

  it('waits on after a restart, however long the app was off and whatever the clock says', async () => {
    const { access, restart, pass } = await blockedAfterFive();
    pass(20_000);
    access.close();
    const again = restart(24 * 60 * MINUTE);
    expect(again.state.state).toBe('blocked');
    pass(9_000);
    expect(await codeFrom(() => again.unlock(PIN))).toBe('pin-locked');
    pass(1_000);
    expect(await codeFrom(() => again.unlock(PIN))).toBe('ok');
  });

  it('forgets little of the wait when the app is ended by force', async () => {
    const { access, restart, pass } = await blockedAfterFive();
    for (let seconds = 0; seconds < 20; seconds += 5) {
      pass(5_000);
      access.tick();
    }
    const again = restart();
    // 15 of the 20 seconds were kept.
    pass(14_999);
    expect(again.state.state).toBe('blocked');
    pass(1);
    expect(again.state.state).toBe('locked');
  });

  it('counts a try before it is judged, so that ending the app wins none', async () => {
    const { access, restart } = await withPin();
    for (let tries = 0; tries < 4; tries += 1) await codeFrom(() => access.unlock(WRONG));
    // Ended before scrypt has answered.
    const unanswered = codeFrom(() => access.unlock(WRONG));
    await Promise.resolve();
    const again = restart();
    expect(again.state.state).toBe('blocked');
    expect(await codeFrom(() => again.unlock(PIN))).toBe('pin-locked');
    expect(await unanswered).toBe('pin-locked');
  });

  it.each(['tick', 'close'] as const)(
    'keeps a try that is being judged, whatever %s stores',
    async (what) => {
      const { access, restart } = await withPin();
      for (let tries = 0; tries < 4; tries += 1) await codeFrom(() => access.unlock(WRONG));
      const unanswered = codeFrom(() => access.unlock(WRONG));
      await Promise.resolve();
      access[what]();
      expect(restart().state.state).toBe('blocked');
      expect(await unanswered).toBe('pin-locked');
      access.tick();
      expect(restart().state.state).toBe('blocked');
    },
  );

  it('judges tries one after another, however many come at once', async () => {
    const { access } = await withPin();
    const codes = await Promise.all(
      [...Array.from({ length: 20 }, () => WRONG), PIN].map((pin) => codeFrom(() => access.unlock(pin))),
    );
    expect(codes.filter((code) => code === 'pin-wrong')).toHaveLength(4);
    expect(codes.filter((code) => code === 'pin-locked')).toHaveLength(17);
  });

  it('takes no try that cannot be kept', async () => {
    const { access, documents } = await withPin();
    documents.failWrites = true;
    for (let tries = 0; tries < 9; tries += 1)
      expect(await codeFrom(() => access.unlock(WRONG))).toBe('storage-failed');
    expect(await codeFrom(() => access.unlock(PIN))).toBe('storage-failed');
    documents.failWrites = false;
    expect(await codeFrom(() => access.unlock(PIN))).toBe('ok');
  });

  it('counts no try for what cannot be a PIN', async () => {
    const { access } = await withPin();
    for (const text of ['', '12345', 'secret', PIN.repeat(3)])
      expect(await codeFrom(() => access.unlock(text))).toBe('pin-invalid');
    expect(access.state).toMatchObject({ triesLeft: 5 });
  });

  it('is changed with the old one only, whose leave ends with it', async () => {
    const { access, events } = await withPin();
    await access.unlock(PIN);
    expect(await codeFrom(() => access.change(WRONG, OTHER))).toBe('pin-wrong');
    expect(await codeFrom(() => access.change(PIN, '123456'))).toBe('pin-invalid');
    await access.change(PIN, OTHER);
    expect(codeOf(() => access.authorize())).toBe('manager-needed');
    expect(await codeFrom(() => access.unlock(PIN))).toBe('pin-wrong');
    expect(await codeFrom(() => access.unlock(OTHER))).toBe('ok');
    expect(events).toEqual(['pin-set', 'pin-changed']);
  });

  it('locks an unlocked app at which somebody guesses', async () => {
    const { access } = await withPin();
    await access.unlock(PIN);
    for (let tries = 0; tries < 5; tries += 1) await codeFrom(() => access.change(WRONG, OTHER));
    expect(codeOf(() => access.authorize())).toBe('manager-needed');
  });

  it('is turned off with the PIN only', async () => {
    const { access, documents, restart, events } = await withPin();
    expect(await codeFrom(() => access.clear(WRONG))).toBe('pin-wrong');
    await access.clear(PIN);
    expect(access.state).toEqual({ state: 'off' });
    expect(documents.files.size).toBe(0);
    expect(restart().state).toEqual({ state: 'off' });
    expect(events).toEqual(['pin-set', 'pin-removed']);
  });

  it('is reset only once everything it has guarded is gone', async () => {
    const { access, documents, events } = await blockedAfterFive();
    const failing = access.reset(async () => {
      expect(documents.files.has('manager-pin')).toBe(true);
      throw new Error('a pairing stays');
    });
    await expect(failing).rejects.toThrow('a pairing stays');
    expect(access.state.state).toBe('blocked');
    expect(await access.reset(async () => 7)).toBe(7);
    expect(access.state).toEqual({ state: 'off' });
    await access.set(OTHER);
    expect(access.state).toEqual({ state: 'locked', triesLeft: 5, readable: true });
    expect(events).toEqual(['pin-set', 'locked-out', 'pin-reset', 'pin-set']);
  });
});

describe('a stored PIN that cannot be read', () => {
  async function spoiled(spoil: (documents: MemoryDocuments) => void) {
    const { documents, notices, restart } = await withPin();
    spoil(documents);
    return { documents, notices, access: restart(), restart };
  }
  const text = (value: string) => (documents: MemoryDocuments) => {
    documents.files.set('manager-pin', value);
  };
  const HASH = `$scrypt$ln=4,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

  it.each([
    ['damaged', '{"version":1,'],
    ['damaged', 'null'],
    ['damaged', '{}'],
    ['damaged', '{"version":1,"pinHash":"","tries":{"failures":0,"waitMs":0}}'],
    [
      'damaged',
      `{"version":1,"pinHash":"${HASH.replace('ln=4', 'ln=31')}","tries":{"failures":0,"waitMs":0}}`,
    ],
    ['damaged', `{"version":1,"pinHash":"${HASH}"}`],
    ['damaged', `{"version":1,"pinHash":"${HASH}","tries":{"failures":-9,"waitMs":0}}`],
    ['newer-version', '{"version":2,"pin":"none"}'],
  ] as const)('is told as %s, stays where it is and stays locked: %s', async (kind, value) => {
    const { access, documents, notices, restart } = await spoiled(text(value));
    expect(access.state).toEqual({ state: 'locked', triesLeft: 5, readable: false });
    expect(notices.all).toMatchObject([{ what: 'manager-pin', kind, file: 'manager-pin' }]);
    expect(codeOf(() => access.authorize())).toBe('manager-needed');
    expect(await codeFrom(() => access.unlock(PIN))).toBe('pin-unreadable');
    expect(await codeFrom(() => access.set(OTHER))).toBe('pin-already-set');
    expect(await codeFrom(() => access.change(PIN, OTHER))).toBe('pin-unreadable');
    expect(await codeFrom(() => access.clear(PIN))).toBe('pin-unreadable');
    expect(documents.files.get('manager-pin')).toBe(value);
    // Also at the next start: a file that was set aside would be a PIN that is off.
    expect(restart().state.state).toBe('locked');
    await access.reset(async () => {});
    expect(restart().state).toEqual({ state: 'off' });
  });

  it('is locked while the disk gives nothing, and readable again when it does', async () => {
    const { access, documents, notices, restart } = await spoiled(({ unreadable }) => {
      unreadable.add('manager-pin');
    });
    expect(access.state).toMatchObject({ state: 'locked', readable: false });
    expect(notices.all).toMatchObject([{ what: 'manager-pin', kind: 'unreadable' }]);
    documents.unreadable.clear();
    expect(await codeFrom(() => restart().unlock(PIN))).toBe('ok');
  });
});
