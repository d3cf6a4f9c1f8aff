import { useTranslation } from 'react-i18next';

const SECOND = 1000;
const UNITS = [
  ['year', 31_557_600 * SECOND],
  ['month', 2_629_800 * SECOND],
  ['day', 86_400 * SECOND],
  ['hour', 3600 * SECOND],
  ['minute', 60 * SECOND],
] as const satisfies readonly (readonly [Intl.RelativeTimeFormatUnit, number])[];

/** Made when it is first asked for: each takes a part of the first screen's time, which needs few of them. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function createFormats(language: string) {
  const dateFormat = (options: Intl.DateTimeFormatOptions) =>
    lazily(() => new Intl.DateTimeFormat(language, options));
  const numberFormat = (options: Intl.NumberFormatOptions) =>
    lazily(() => new Intl.NumberFormat(language, options));
  const unitFormat = (unit: string, options: Intl.NumberFormatOptions = {}) =>
    numberFormat({ style: 'unit', unit, ...options });
  const date = dateFormat({ dateStyle: 'medium' });
  const dateTime = dateFormat({ dateStyle: 'medium', timeStyle: 'short' });
  const time = dateFormat({ timeStyle: 'medium' });
  const relative = lazily(() => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));
  const seconds = unitFormat('second', { maximumFractionDigits: 1 });
  const milliseconds = unitFormat('millisecond', { maximumFractionDigits: 0 });
  const minutes = unitFormat('minute', { unitDisplay: 'long' });
  const hours = unitFormat('hour', { unitDisplay: 'long' });
  const short = { unitDisplay: 'short', maximumFractionDigits: 0 } as const;
  const hourShort = unitFormat('hour', short);
  const minuteShort = unitFormat('minute', short);
  const secondShort = unitFormat('second', short);
  const day = dateFormat({ weekday: 'short', day: 'numeric', month: 'short' });
  const hour = dateFormat({ hour: 'numeric', minute: '2-digit' });
  const kilobytes = unitFormat('kilobyte');
  const number = numberFormat({});
  const percent = numberFormat({ style: 'percent' });
  const twoDigits = numberFormat({ minimumIntegerDigits: 2 });
  return {
    date: (iso: string) => date().format(new Date(iso)),
    dateTime: (iso: string) => dateTime().format(new Date(iso)),
    time: (iso: string) => time().format(new Date(iso)),
    /** "3 minutes ago", measured from `now` (milliseconds since 1970). */
    relative: (iso: string, now: number) => {
      const difference = Math.min(0, new Date(iso).getTime() - now);
      for (const [unit, size] of UNITS) {
        if (-difference >= size) return relative().format(Math.ceil(difference / size), unit);
      }
      return relative().format(0, 'second');
    },
    duration: (ms: number) =>
      ms < SECOND ? milliseconds().format(Math.max(1, ms)) : seconds().format(ms / SECOND),
    /** "30 minutes", "1 hour": whole hours as such. */
    minutes: (count: number) => (count % 60 === 0 ? hours().format(count / 60) : minutes().format(count)),
    /** "1 hr 20 min", "45 sec": how long something lasted. */
    span: (ms: number) => {
      const seconds = Math.round(ms / SECOND);
      if (seconds < 60) return secondShort().format(Math.max(1, seconds));
      const minutes = Math.round(seconds / 60);
      if (minutes < 60) return minuteShort().format(minutes);
      const rest = minutes % 60;
      const whole = hourShort().format(Math.floor(minutes / 60));
      return rest === 0 ? whole : `${whole} ${minuteShort().format(rest)}`;
    },
    /** "Tue, Nov 24", for a time in milliseconds since 1970. */
    day: (at: number) => day().format(at),
    /** "2:05 PM", for a time in milliseconds since 1970. */
    hour: (at: number) => hour().format(at),
    kilobytes: (bytes: number) => kilobytes().format(Math.round(bytes / 1024)),
    number: (value: number) => number().format(value),
    /** "50%", for 0.5. */
    percent: (share: number) => percent().format(share),
    twoDigits: (value: number) => twoDigits().format(value),
  };
}

type Formats = ReturnType<typeof createFormats>;

/** A language's name in that language, as at the start of a line: "Português (Brasil)". */
export function ownName(language: string): string {
  const [first = '', ...rest] =
    new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;
  return first.toLocaleUpperCase(language) + rest.join('');
}

const made = new Map<string, Formats>();

/** Dates, times and numbers as people of this language write them. */
export function formats(language: string): Formats {
  const found = made.get(language) ?? createFormats(language);
  made.set(language, found);
  return found;
}

export const useFormats = (): Formats => formats(useTranslation().i18n.language);
