import { Circle, CircleCheck, CircleX, Hand, LoaderCircle, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { StageProgress, StageState } from '../../../shared/pairing.ts';
import { useFormats } from '../../format.ts';

const ICONS: Record<StageState, LucideIcon> = {
  waiting: Circle,
  running: LoaderCircle,
  'needs-you': Hand,
  done: CircleCheck,
  failed: CircleX,
};

/** The seven stages, each with its state in words for screen readers. */
export function StageList({ stages }: { readonly stages: readonly StageProgress[] }) {
  const { t } = useTranslation();
  const format = useFormats();
  return (
    <ol className="stages" aria-label={t('progress.stagesLabel')}>
      {stages.map(({ stage, state, durationMs }) => {
        const Icon = ICONS[state];
        const duration = durationMs === undefined ? null : format.duration(durationMs);
        return (
          <li
            key={stage}
            className="stage"
            data-stage={stage}
            data-state={state}
            aria-current={state === 'running' || state === 'needs-you' ? 'step' : undefined}
          >
            <Icon className="stage-icon" aria-hidden="true" />
            <span className="stage-name" aria-hidden="true">
              {t(`stages.${stage}`)}
            </span>
            <span className="visually-hidden">
              {t('stageLabel', { stage: t(`stages.${stage}`), state: t(`stageStates.${state}`) })}
            </span>
            {duration !== null && (
              <>
                <span className="stage-duration" aria-hidden="true">
                  {duration}
                </span>
                <span className="visually-hidden">{t('stageTook', { duration })}</span>
              </>
            )}
            {(state === 'needs-you' || state === 'failed') && duration === null && (
              <span className="stage-duration" aria-hidden="true">
                {t(`stageStates.${state}`)}
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
