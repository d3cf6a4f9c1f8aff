import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { PairingStatus } from '../../../shared/status.ts';
import { TIMELINE_STATES, type Timeline } from '../../../shared/timeline.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Fold } from '../../components/fold.tsx';
import { useFormats } from '../../format.ts';
import { useLoaded } from '../../hooks/use-loaded.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useActions } from '../../state/context.tsx';
import { daysOf, summaryOf, type TimelineDay } from '../../state/timeline-days.ts';
import { BAR, BAR_HEIGHT, RoundTripCurve, WeekStrip } from './week-drawings.tsx';

const READ_EVERY_MS = 5 * 60_000;

interface TimelineCardProps {
  readonly pairing: PairingRecord;
  readonly status: PairingStatus;
}

/** When the device answered in the last days: a network that comes and goes is seen at a glance. */
export function TimelineCard({ pairing, status }: TimelineCardProps) {
  const { t } = useTranslation();
  const { readTimeline } = useActions();
  const now = useNow();
  const read = useCallback(() => readTimeline(pairing.id), [readTimeline, pairing.id]);
  const changedAt = Math.max(Date.parse(status.since), Date.parse(pairing.lastCheck?.at ?? status.since));
  const { loaded, again } = useLoaded(read, changedAt + Math.floor(now / READ_EVERY_MS));
  return (
    <section className="card timeline-card" aria-labelledby="timeline-heading">
      <h2 id="timeline-heading">{t('timeline.title')}</h2>
      {loaded.state === 'failed' && (
        <ErrorPanel
          error={loaded.error}
          headingLevel={3}
          compact
          actions={<Button onPress={again}>{t('actions.retry')}</Button>}
        />
      )}
      {loaded.state === 'ready' && <Week timeline={loaded.value} />}
    </section>
  );
}

function Week({ timeline }: { readonly timeline: Timeline }) {
  const { t } = useTranslation();
  const format = useFormats();
  const days = useMemo(() => daysOf(timeline), [timeline]);
  const { timesAway, awayMs, longest, isEmpty } = useMemo(() => summaryOf(timeline), [timeline]);
  if (isEmpty) return <p className="muted">{t('timeline.empty')}</p>;
  const sentence =
    longest === null
      ? t('timeline.neverAway')
      : [
          t('timeline.away', { count: timesAway, duration: format.span(awayMs) }),
          t('timeline.longest', { duration: format.span(longest.ms), when: format.dateTime(longest.from) }),
        ].join(' ');
  return (
    <>
      <p className="timeline-sentence">{sentence}</p>
      <WeekStrip days={days} label={sentence} />
      <ul className="timeline-legend">
        {TIMELINE_STATES.map((state) => (
          <li key={state} className="timeline-legend-entry">
            <svg className="timeline-key" viewBox={`0 0 20 ${BAR}`} aria-hidden="true" focusable="false">
              <rect
                className="week-part"
                data-state={state}
                x="0"
                y={(BAR - BAR_HEIGHT[state]) / 2}
                width="20"
                height={BAR_HEIGHT[state]}
              />
            </svg>
            {t(`timeline.states.${state}`)}
          </li>
        ))}
      </ul>
      {timeline.roundTrips.length > 1 && <RoundTripCurve timeline={timeline} />}
      <Fold title={t('timeline.asText')}>
        <DayTable days={days} />
      </Fold>
    </>
  );
}

/** The same as the drawings, for those who read or hear it. */
function DayTable({ days }: { readonly days: readonly TimelineDay[] }) {
  const { t } = useTranslation();
  const format = useFormats();
  const span = (ms: number) => (ms > 0 ? format.span(ms) : '–');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: wider than a small window, it is scrolled by keyboard too
    <section className="timeline-table" aria-label={t('timeline.asText')} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('timeline.day')}</th>
            {TIMELINE_STATES.map((state) => (
              <th key={state} scope="col">
                {t(`timeline.states.${state}`)}
              </th>
            ))}
            <th scope="col">{t('timeline.timesAway')}</th>
            <th scope="col">{t('timeline.meanTime')}</th>
            <th scope="col">{t('timeline.slowest')}</th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.start}>
              <th scope="row">{format.day(day.start)}</th>
              {TIMELINE_STATES.map((state) => (
                <td key={state}>{span(day.total[state])}</td>
              ))}
              <td>{format.number(day.timesAway)}</td>
              <td>{day.meanMs === null ? '–' : format.duration(day.meanMs)}</td>
              <td>{day.slowestMs === null ? '–' : format.duration(day.slowestMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
