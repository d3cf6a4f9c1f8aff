import { Radar } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { AppError, ErrorCode } from '../../../shared/errors.ts';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { PairingStatus } from '../../../shared/status.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel, SupportDetails } from '../../components/error-panel.tsx';
import { useErrandError } from '../../components/pairing-status.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions } from '../../state/context.tsx';

interface AdviceProps {
  readonly pairing: PairingRecord;
  readonly status: PairingStatus;
}

const ABOUT_ROOT: ReadonlySet<ErrorCode> = new Set([
  'device-issuer-unknown',
  'root-ca-missing',
  'root-ca-replaced',
]);

/** What helps in this state: the usual causes of silence, or what the error says. */
export function Advice({ pairing, status: { state, error } }: AdviceProps) {
  const { t } = useTranslation();
  const { go } = useActions();
  const failed = useErrandError(pairing.id);
  const problem = failed ?? error;
  if (!failed && (state === 'unreachable' || state === 'reconnecting'))
    return <Causes pairing={pairing} error={error} />;
  if (!problem) return null;
  const aboutRoot = ABOUT_ROOT.has(problem.code);
  return (
    <ErrorPanel
      key={problem.code}
      error={problem}
      at={failed ? null : (pairing.lastCheck?.at ?? null)}
      origin="connection"
      actions={
        aboutRoot ? (
          <Button onPress={() => go({ name: 'root-ca', next: 'home' })}>{t('actions.choose-root-ca')}</Button>
        ) : null
      }
    />
  );
}

const CAUSES = ['asleep', 'server', 'address', 'firewall'] as const;

function Causes({ pairing, error }: { readonly pairing: PairingRecord; readonly error: AppError | null }) {
  const { t } = useTranslation();
  const values = { address: formatAuthority(pairing.address), port: String(pairing.address.port) };
  return (
    <section className="card causes" aria-labelledby="causes-heading" data-error-code={error?.code}>
      <h2 id="causes-heading">{t('device.causesTitle')}</h2>
      <ol className="steps">
        {CAUSES.map((cause) => (
          <li key={cause}>
            <div className="cause">
              <h3>{t(`device.causes.${cause}.title`)}</h3>
              <p className="muted">{t(`device.causes.${cause}.text`, values)}</p>
              {cause === 'address' && <LookForDevice pairing={pairing} />}
            </div>
          </li>
        ))}
      </ol>
      {error && <SupportDetails error={error} at={pairing.lastCheck?.at ?? new Date().toISOString()} />}
    </section>
  );
}

function LookForDevice({ pairing: { id, identity } }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const { findMoved } = useActions();
  const look = useAction(() => findMoved(id));
  // Without a serial number nothing tells a device that moved from any other.
  if (identity.kind !== 'serial') return null;
  return (
    <div className="look">
      <Button icon={Radar} busy={look.isBusy} onPress={() => void look.run()}>
        {look.isBusy ? t('device.looking') : t('device.look')}
      </Button>
      <p role="status">
        {look.value?.movedTo && t('device.lookFound')}
        {look.value && !look.value.movedTo && t('device.lookNotFound', { serial: identity.serial })}
      </p>
      {look.error && <ErrorPanel error={look.error} headingLevel={3} compact />}
    </div>
  );
}
