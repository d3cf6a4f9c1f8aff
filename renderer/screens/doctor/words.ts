import type { CheckResult, DoctorProgress, Finding } from '../../../shared/doctor.ts';
import { doctorResult } from '../../../shared/doctor.ts';
import { commonName } from '../../../shared/root-ca.ts';
import { formats } from '../../format.ts';
import { type ErrorOrigin, errorText, i18n } from '../../i18n.ts';

/** Findings after which something can be done. */
const ADVISED = [
  'other-network',
  'no-network',
  'vpn-in-way',
  'port-filtered',
  'own-clock-wrong',
  'clock-or-certificate',
  'device-ahead',
  'device-behind',
  'device-was-ahead',
  'profile-temporary',
  'profile-mandatory',
  'profile-guest',
  'profile-memory',
  'profile-roaming',
  'stranger-let-in',
  'app-objected',
  'app-silent',
  'round-trips-slow',
  'round-trips-lost',
] as const satisfies readonly Finding[];

const adviceFor = (finding: Finding) => ADVISED.find((advised) => advised === finding);

/** What a result says, in words. */
export interface ResultWords {
  readonly name: string;
  readonly what: string | null;
  /** What helps; null when nothing needs help. */
  readonly todo: string | null;
  readonly time: string | null;
}

/** The words of a run in one language. */
export function doctorWords(language: string, origin: ErrorOrigin) {
  const t = i18n.getFixedT(language);
  const format = formats(language);

  /** Times and durations as people write them. */
  const shown = (values: Readonly<Record<string, string | number>>): Record<string, string | number> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        if (name === 'differenceMs') return [name, format.span(Number(value))];
        if (name.endsWith('Ms')) return [name, format.duration(Number(value))];
        if (name === 'root') return [name, commonName(String(value))];
        return [name, name === 'now' ? format.dateTime(String(value)) : value];
      }),
    );

  const wordsOf = (result: CheckResult): ResultWords => {
    const name = t(`doctor.checks.${result.check}`);
    if ('because' in result) {
      const { because } = result;
      const what =
        because.reason === 'needs'
          ? t('doctor.notRun.needs', { check: t(`doctor.checks.${because.check}`) })
          : t(`doctor.notRun.${because.reason}`);
      return { name, what, todo: null, time: null };
    }
    if (!('told' in result)) return { name, what: null, todo: null, time: null };
    const { told, state, durationMs } = result;
    const time = format.duration(durationMs);
    if (told.by === 'error') {
      const { what, todo } = errorText(told.error, origin, language);
      return { name, what, todo, time };
    }
    const values = shown(told.values);
    const advised = state === 'ok' ? undefined : adviceFor(told.finding);
    return {
      name,
      what: t(`doctor.findings.${told.finding}`, values),
      todo: advised ? t(`doctor.advice.${advised}`, values) : null,
      time,
    };
  };

  const changesOf = ({ changed }: DoctorProgress): string[] =>
    (changed?.changes ?? []).map(({ what, from, to }) =>
      t('doctor.changed.line', { what: t(`doctor.changed.${what}`), from, to }),
    );

  /** The whole run as plain text, for support. */
  const textOf = (progress: DoctorProgress, about: readonly (readonly [string, string])[]): string => {
    const detail = (label: string, value: string) => t('common.detail', { label, value });
    const lines = progress.checks.flatMap((result) => {
      const { name, what, todo, time } = wordsOf(result);
      const state = t(`doctor.states.${result.state}`);
      const error = 'told' in result && result.told.by === 'error' ? result.told.error : undefined;
      return [
        detail(name, [time ? `${state} (${time})` : state, what ?? ''].filter(Boolean).join(' – ')),
        ...(todo ? [`    ${todo}`] : []),
        ...(error ? [`    ${error.code} ${error.detail}`.trimEnd()] : []),
      ];
    });
    const changes = changesOf(progress);
    return [
      detail(t('doctor.copyTitle'), t(`doctor.result.${doctorResult(progress)}.title`)),
      ...about.map(([label, value]) => detail(label, value)),
      detail(t('support.time'), progress.startedAt),
      ...lines,
      ...(changes.length > 0 ? [t('doctor.changed.title'), ...changes.map((line) => `    ${line}`)] : []),
    ].join('\n');
  };

  return { t, wordsOf, changesOf, textOf };
}
