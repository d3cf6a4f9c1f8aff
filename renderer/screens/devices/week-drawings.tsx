import { useTranslation } from 'react-i18next';
import type { Timeline, TimelineState } from '../../../shared/timeline.ts';
import { useFormats } from '../../format.ts';
import type { TimelineDay } from '../../state/timeline-days.ts';

/** In the drawing's units, of which one is about a pixel on a small screen. */
const WIDTH = 880;
const LABEL = 92;
const ROW = 24;
export const BAR = 16;
const AXIS = 18;
/** However short: a loss of seconds must be seen. */
const LEAST = 2;
const HOURS = [0, 6, 12, 18, 24] as const;

/** What was trouble stands taller than what was well, so that it is seen without its colour. */
export const BAR_HEIGHT: Record<TimelineState, number> = {
  answered: 8,
  away: BAR,
  'in-use': 8,
  trouble: BAR,
  'not-checked': 2,
};
/** Short trouble is drawn over what lies around it. */
const LAYERS: readonly TimelineState[] = ['not-checked', 'answered', 'in-use', 'trouble', 'away'];

interface WeekStripProps {
  readonly days: readonly TimelineDay[];
  readonly label: string;
}

/** A row for each day, from midnight to midnight. */
export function WeekStrip({ days, label }: WeekStripProps) {
  const format = useFormats();
  const width = WIDTH - LABEL;
  const height = days.length * ROW + AXIS;
  const [today] = days.slice(-1);
  return (
    <svg className="week-strip" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label}>
      {HOURS.map((hour) => (
        <g key={hour}>
          <path className="week-line" d={`M${LABEL + (width * hour) / 24} 0v${days.length * ROW}`} />
          <text
            className="week-text"
            x={LABEL + (width * hour) / 24}
            y={height - 3}
            textAnchor={hour === 0 ? 'start' : hour === 24 ? 'end' : 'middle'}
          >
            {/* The same on any day; today's is at hand. */}
            {today && format.hour(new Date(today.start).setHours(hour === 24 ? 0 : hour))}
          </text>
        </g>
      ))}
      {days.map((day, index) => (
        <g key={day.start} transform={`translate(0 ${index * ROW})`}>
          <text className="week-text" x="0" y={ROW / 2 + 4}>
            {format.day(day.start)}
          </text>
          {LAYERS.flatMap((state) =>
            day.parts
              .filter((part) => part.state === state)
              .map((part) => (
                <rect
                  key={`${state} ${part.from}`}
                  className="week-part"
                  data-state={state}
                  x={LABEL + part.from * width}
                  y={(ROW - BAR_HEIGHT[state]) / 2}
                  width={Math.max(LEAST, (part.to - part.from) * width)}
                  height={BAR_HEIGHT[state]}
                />
              )),
          )}
        </g>
      ))}
    </svg>
  );
}

const CURVE_HEIGHT = 72;
const HOUR_MS = 3_600_000;
/** After so many hours without an answer the curve is broken. */
const BREAK_HOURS = 6;

/** How long the device took to answer, by the hour; a slow hour shows as a peak. */
export function RoundTripCurve({ timeline: { from, to, roundTrips } }: { readonly timeline: Timeline }) {
  const { t } = useTranslation();
  const format = useFormats();
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const slowest = Math.max(...roundTrips.map(({ slowestMs }) => slowestMs));
  const x = (at: number) => (LABEL + ((at - start) / (end - start)) * (WIDTH - LABEL)).toFixed(1);
  const y = (ms: number) => (4 + (1 - ms / slowest) * (CURVE_HEIGHT - 8)).toFixed(1);
  const points = roundTrips.map(({ at, meanMs, slowestMs }, index) => {
    const before = roundTrips[index - 1];
    const time = Date.parse(at);
    const isBroken = !before || time - Date.parse(before.at) > BREAK_HOURS * HOUR_MS;
    return { at: Math.max(start, time), meanMs, slowestMs, isBroken };
  });
  const line = points
    .map(({ at, meanMs, isBroken }) => `${isBroken ? 'M' : 'L'}${x(at)} ${y(meanMs)}`)
    .join('');
  return (
    <figure className="curve">
      <figcaption>{t('timeline.meanTime')}</figcaption>
      <svg
        className="curve-drawing"
        viewBox={`0 0 ${WIDTH} ${CURVE_HEIGHT}`}
        role="img"
        aria-label={t('timeline.curveLabel', { slowest: format.duration(slowest) })}
      >
        <path className="week-line" d={`M${LABEL} 4H${WIDTH}M${LABEL} ${CURVE_HEIGHT - 4}H${WIDTH}`} />
        <text className="week-text" x="0" y="14">
          {format.duration(slowest)}
        </text>
        {points.map(({ at, meanMs, slowestMs }) => (
          <path key={at} className="curve-range" d={`M${x(at)} ${y(meanMs)}V${y(slowestMs)}`} />
        ))}
        <path className="curve-line" d={line} />
      </svg>
    </figure>
  );
}
