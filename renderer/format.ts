import { useTranslation } from 'react-i18next';

const SECOND = 1000;
const UNITS = [
  ['year', 31_557_600 * SECOND],
  ['month', 2_629_800 * SECOND],
  ['day', 86_400 * SECOND],
  ['hour', 3600 * SECOND],
  ['minute', 60 * SECOND],
] as const satisfies readonly (readonly [Intl.RelativeTimeFormatUnit, number])[];

function createFormats(language: string) {
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const seconds = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'second',
    maximumFractionDigits: 1,
  });
  const milliseconds = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'millisecond',
    maximumFractionDigits: 0,
  });
  const minutes = new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
  const hours = new Intl.NumberFormat(language, { style: 'unit', unit: 'hour', unitDisplay: 'long' });
  const short = (unit: 'hour' | 'minute' | 'second') =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 });
  const [hourShort, minuteShort, secondShort] = [short('hour'), short('minute'), short('second')];
  const day = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short' });
  const hour = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' });
  const kilobytes = new Intl.NumberFormat(language, { style: 'unit', unit: 'kilobyte' });
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent' });
  const twoDigits = new Intl.NumberFormat(language, { minimumIntegerDigits: 2 });
  return {
    date: (iso: string) => date.format(new Date(iso)),
    dateTime: (iso: string) => dateTime.format(new Date(iso)),
    time: (iso: string) => time.format(new Date(iso)),
    /** "3 minutes ago", measured from `now` (milliseconds since 1970). */
    relative: (iso: string, now: number) => {
      const difference = Math.min(0, new Date(iso).getTime() - now);
      for (const [unit, size] of UNITS) {
        if (-difference >= size) return relative.format(Math.ceil(difference / size), unit);
      }
      return relative.format(0, 'second');
    },
    duration: (ms: number) =>
      ms < SECOND ? milliseconds.format(Math.max(1, ms)) : seconds.format(ms / SECOND),
    /** "30 minutes", "1 hour": whole hours as such. */
    minutes: (count: number) => (count % 60 === 0 ? hours.format(count / 60) : minutes.format(count)),
    /** "1 hr 20 min", "45 sec": how long something lasted. */
    span: (ms: number) => {
      const seconds = Math.round(ms / SECOND);
      if (seconds < 60) return secondShort.format(Math.max(1, seconds));
      const minutes = Math.round(seconds / 60);
      if (minutes < 60) return minuteShort.format(minutes);
      const rest = minutes % 60;
      const whole = hourShort.format(Math.floor(minutes / 60));
      return rest === 0 ? whole : `${whole} ${minuteShort.format(rest)}`;
    },
    /** "Tue, Nov 24", for a time in milliseconds since 1970. */
    day: (at: number) => day.format(at),
    /** "2:05 PM", for a time in milliseconds since 1970. */
    hour: (at: number) => hour.format(at),
    kilobytes: (bytes: number) => kilobytes.format(Math.round(bytes / 1024)),
    number: (value: number) => number.format(value),
    /** "50%", for 0.5. */
    percent: (share: number) => percent.format(share),
    twoDigits: (value: number) => twoDigits.format(value),
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
