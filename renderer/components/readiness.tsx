import { CircleCheck, Hourglass, Info, RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../shared/pairing.ts';
import { useAction } from '../hooks/use-action.ts';
import { useActions } from '../state/context.tsx';
import { Button } from './button.tsx';
import { ErrorPanel } from './error-panel.tsx';

interface ReadinessLineProps {
  readonly pairing: PairingRecord;
  /** Without celebration, where something else is still wrong. */
  readonly isPlain?: boolean;
}

/** Whether this register can take payments now: what the payment app on the device answered, and a way to ask again. */
export function ReadinessLine({ pairing, isPlain = false }: ReadinessLineProps) {
  const { t } = useTranslation();
  const { askReadiness } = useActions();
  const asking = useAction(() => askReadiness(pairing.id));
  const { readiness } = pairing;
  const result = readiness?.result ?? 'silent';
  if (result === 'answered')
    return (
      <p className="readiness" data-readiness={isPlain ? 'answered-plain' : 'answered'} role="status">
        {isPlain ? <Info aria-hidden="true" /> : <CircleCheck aria-hidden="true" />}
        <span>{t('doctor.readiness.ready')}</span>
      </p>
    );
  return (
    <div className="stack">
      <div className="readiness" data-readiness={result}>
        <Hourglass aria-hidden="true" />
        <p role="status">
          {readiness?.result === 'error-response'
            ? t('doctor.readiness.objected', { message: readiness.message ?? '—' })
            : t('doctor.readiness.silent')}
        </p>
        <Button icon={RotateCw} busy={asking.isBusy} onPress={() => void asking.run()}>
          {asking.isBusy ? t('doctor.readiness.asking') : t('doctor.readiness.ask')}
        </Button>
      </div>
      {asking.error && <ErrorPanel error={asking.error} origin="connection" headingLevel={3} compact />}
    </div>
  );
}
