import { TriangleAlert, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PolicyView } from '../../shared/policy.ts';
import { errorText } from '../i18n.ts';
import { Button } from './button.tsx';
import { SupportDetails } from './error-panel.tsx';

/** Says on every screen that the policy of the organisation is not used, where it is and why, until it was read. */
export function PolicyNotice({ policy: { problem, state } }: { readonly policy: PolicyView }) {
  const { t } = useTranslation();
  const [appeared] = useState(() => new Date().toISOString());
  const [isRead, setRead] = useState(false);
  if (!problem || isRead) return null;
  const { title, what, todo } = errorText(problem);
  return (
    <section className="notices" aria-labelledby="policy-problem">
      <div className="notice policy-notice" role="status" data-error-code={problem.code}>
        <TriangleAlert className="panel-icon" aria-hidden="true" />
        <div className="policy-problem">
          <h2 id="policy-problem">{title}</h2>
          <p>{what}</p>
          <p>
            {todo} {state === 'last-good' ? t('policy.lastGood') : t('policy.none')}
          </p>
          <SupportDetails error={problem} at={appeared} />
        </div>
        <Button look="quiet" icon={X} onPress={() => setRead(true)}>
          {t('common.dismiss')}
        </Button>
      </div>
    </section>
  );
}
