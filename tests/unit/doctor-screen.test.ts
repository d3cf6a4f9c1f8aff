import { describe, expect, it } from 'vitest';
import { i18n } from '../../renderer/i18n.ts';
import { doctorWords } from '../../renderer/screens/doctor/words.ts';
import { NO_DOCTOR, reduceDoctor, runningId } from '../../renderer/state/doctor.ts';
import { type Event, INITIAL, type Model, reduce } from '../../renderer/state/model.ts';
import { typedCode } from '../../renderer/state/setup-code.ts';
import { CHANGES, DOCTOR_CHECKS, type DoctorProgress, FINDINGS } from '../../shared/doctor.ts';
import { appError } from '../../shared/errors.ts';
import { showLanguage } from '../../shared/languages.ts';
import { LANGUAGES } from '../../shared/settings.ts';
import { EMPTY_APP } from '../support/app-state.ts';

const AT = '2026-11-24T12:00:00.000Z';
const [FIRST, SECOND] = ['6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e', '7c0f3a2d-9b45-4c88-8e1f-2a3b4c5d6e7f'];

const progress = (runId: string, endedAt: string | null = null): DoctorProgress => ({
  runId,
  address: { host: '192.168.178.67', port: 8443 },
  startedAt: AT,
  checks: DOCTOR_CHECKS.map((check) => ({ check, state: 'waiting' })),
  endedAt,
  changed: null,
});
const told = (runId: string, endedAt: string | null = null): Event => ({
  type: 'pushed',
  push: { type: 'doctor-progress', progress: progress(runId, endedAt) },
  at: AT,
});
const play = (...events: Event[]) => events.reduce(reduceDoctor, NO_DOCTOR);
const ASKED: Event = { type: 'doctor-asked' };
const started = (runId: string): Event => ({ type: 'doctor-started', runId });
const HOME: Event = { type: 'went', place: { name: 'home' } };

describe('the run on the screen', () => {
  it('may be told of before its name is known', () => {
    expect(play(ASKED, told(FIRST), started(FIRST))).toMatchObject({
      state: 'shown',
      progress: { runId: FIRST },
    });
  });

  it('is not mistaken for the one before', () => {
    const again = play(ASKED, started(FIRST), told(FIRST), ASKED, told(FIRST, AT));
    expect(again).toMatchObject({ state: 'starting' });
    expect([started(SECOND), told(FIRST, AT), told(SECOND)].reduce(reduceDoctor, again)).toMatchObject({
      progress: { runId: SECOND, endedAt: null },
    });
  });

  it('is running until it has ended, and gone when the screen is left', () => {
    const running = play(ASKED, started(FIRST), told(FIRST));
    expect(runningId(running)).toBe(FIRST);
    expect(runningId(reduceDoctor(running, told(FIRST, AT)))).toBeNull();
    const left = reduceDoctor(running, HOME);
    expect(left).toMatchObject({ state: 'idle' });
    expect(reduceDoctor(left, told(FIRST, AT))).toBe(left);
  });

  it('may be refused', () => {
    const error = appError('not-found');
    expect(play(ASKED, { type: 'doctor-refused', error })).toMatchObject({ state: 'refused', error });
    expect(play({ type: 'doctor-refused', error })).toBe(NO_DOCTOR);
  });

  it('for a device that is not paired leaves the code in the form', () => {
    const model = (
      [
        { type: 'loaded', app: EMPTY_APP },
        { type: 'pair-opened', again: null },
        { type: 'code-typed', text: '8QW1YS1D', now: 0 },
        { type: 'went', place: { name: 'doctor', subject: { of: 'address', address: 'x', serial: '' } } },
      ] satisfies Event[]
    ).reduce<Model>(reduce, INITIAL);
    expect(typedCode(model.code)).toBe('8QW1YS1D');
    const paired = reduce(model, {
      type: 'went',
      place: { name: 'doctor', subject: { of: 'pairing', id: FIRST } },
    });
    expect(typedCode(paired.code)).toBe('');
  });
});

describe.each(LANGUAGES)('the words in %s', (language) => {
  const values = {
    ...Object.fromEntries(
      [
        'network',
        'networks',
        'address',
        'addresses',
        'proxy',
        'name',
        'port',
        'versions',
        'root',
        'identity',
        'account',
      ].map((name) => [name, 'X']),
    ),
    ...{ encryption: 'X', message: 'X', now: AT, times: 10, answered: 3 },
    ...{ differenceMs: 600_000, fastestMs: 1, medianMs: 2, slowestMs: 3 },
  };

  it('have no holes', () => {
    showLanguage(i18n, language);
    const words = doctorWords(language, 'connection');
    for (const state of ['ok', 'warning', 'failed'] as const) {
      for (const finding of FINDINGS) {
        const { what, todo } = words.wordsOf({
          check: 'networks',
          state,
          told: { by: 'finding', finding, values },
          durationMs: 1,
        });
        expect(`${what}${todo ?? ''}`).not.toMatch(/\{\{|undefined|doctor\./);
        if (state === 'ok') expect(todo).toBeNull();
      }
    }
  });

  it('say all of a run in plain text', () => {
    showLanguage(i18n, language);
    const words = doctorWords(language, 'connection');
    const text = words.textOf(
      {
        ...progress(FIRST, AT),
        checks: DOCTOR_CHECKS.map((check) =>
          check === 'tcp'
            ? {
                check,
                state: 'failed',
                told: { by: 'error', error: appError('connection-refused', 'ECONNREFUSED') },
                durationMs: 3,
              }
            : { check, state: 'not-run', because: { reason: 'needs', check: 'tcp' } },
        ),
        changed: {
          since: AT,
          changes: CHANGES.map((what) => ({ what, from: `old ${what}`, to: `new ${what}` })),
        },
      },
      [['POS ID', '7']],
    );
    expect(text).toContain('connection-refused ECONNREFUSED');
    expect(text).toContain(
      'POS ID: 7'.replace(': ', language === 'fr' ? '\u00a0: ' : language === 'ja' ? '：' : ': '),
    );
    for (const what of CHANGES) expect(text).toContain(`old ${what} → new ${what}`);
    expect(text.split('\n').length).toBeGreaterThan(DOCTOR_CHECKS.length + CHANGES.length);
    expect(text).not.toMatch(/\{\{|undefined/);
  });
});
