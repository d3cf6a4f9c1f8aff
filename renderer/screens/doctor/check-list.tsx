import {
  Circle,
  CircleCheck,
  CircleMinus,
  CircleX,
  LoaderCircle,
  type LucideIcon,
  TriangleAlert,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { CheckResult, CheckState } from '../../../shared/doctor.ts';
import type { ResultWords } from './words.ts';

const ICONS: Record<CheckState, LucideIcon> = {
  waiting: Circle,
  running: LoaderCircle,
  ok: CircleCheck,
  warning: TriangleAlert,
  failed: CircleX,
  'not-run': CircleMinus,
};

interface CheckListProps {
  readonly checks: readonly CheckResult[];
  readonly wordsOf: (result: CheckResult) => ResultWords;
}

/** The checks by their names, filling in as they are made. */
export function CheckList({ checks, wordsOf }: CheckListProps) {
  const { t } = useTranslation();
  return (
    <ol className="doctor-checks" aria-label={t('doctor.checksLabel')}>
      {checks.map((result) => {
        const { check, state } = result;
        const { name, what, todo, time } = wordsOf(result);
        const Icon = ICONS[state];
        return (
          <li
            key={check}
            className="doctor-check"
            data-check={check}
            data-state={state}
            aria-current={state === 'running' ? 'step' : undefined}
          >
            <Icon className="doctor-check-icon" aria-hidden="true" />
            <div className="doctor-check-words">
              <p className="doctor-check-name">
                <span>{name}</span>
                <span className="visually-hidden">{t(`doctor.states.${state}`)}</span>
              </p>
              {what && <p className="doctor-check-what">{what}</p>}
              {todo && <p className="doctor-check-todo">{todo}</p>}
            </div>
            {time && <span className="doctor-check-time">{time}</span>}
          </li>
        );
      })}
    </ol>
  );
}
