import { ShieldAlert, ShieldCheck, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { commonName, type TrustedRootCa } from '../../../shared/root-ca.ts';
import { Button } from '../../components/button.tsx';
import { RootCaOutline } from '../../components/certificate.tsx';
import { Managed } from '../../components/managed.tsx';
import { useFormats } from '../../format.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useAppState } from '../../state/context.tsx';
import { countUnder } from '../../state/root-cas.ts';
import { RemoveRootCaDialog } from './remove-root-ca-dialog.tsx';

/** The Root CAs that are trusted side by side. */
export function TrustedRootCas() {
  const { t } = useTranslation();
  const { rootCas } = useAppState();
  const heading = useRef<HTMLHeadingElement>(null);
  const [removing, setRemoving] = useState<TrustedRootCa | null>(null);
  const [removals, setRemovals] = useState(0);
  useEffect(() => {
    if (removals === 0) return;
    // What had opened the dialog is gone. In a later frame: the dialog first gives the focus back to where that was.
    const frame = requestAnimationFrame(() => heading.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [removals]);
  return (
    <section className="stack" aria-labelledby="current-heading">
      <h2 id="current-heading" ref={heading} tabIndex={-1}>
        {t('rootCa.currentHeading')}
      </h2>
      <ul className="root-cas">
        {rootCas.map((rootCa) => (
          <li key={rootCa.root.fingerprint256}>
            <Trusted rootCa={rootCa} onRemove={() => setRemoving(rootCa)} />
          </li>
        ))}
      </ul>
      {removing && (
        <RemoveRootCaDialog
          rootCa={removing}
          onClose={() => setRemoving(null)}
          onRemoved={() => {
            setRemoving(null);
            setRemovals(removals + 1);
          }}
        />
      )}
    </section>
  );
}

interface TrustedProps {
  readonly rootCa: TrustedRootCa;
  readonly onRemove: () => void;
}

function Trusted({ rootCa: { root, trustedAt, managed = false }, onRemove }: TrustedProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const now = useNow();
  const { pairings, policy } = useAppState();
  const canRemove = !managed && !policy.locked.includes('rootCas');
  const name = commonName(root.subject);
  const isExpired = Date.parse(root.validTo) < now;
  return (
    <article className="card stack-tight" data-fingerprint={root.fingerprint256}>
      <div className="card-title root-ca-title">
        {isExpired ? (
          <ShieldAlert className="icon-warn" aria-hidden="true" />
        ) : (
          <ShieldCheck className="icon-success" aria-hidden="true" />
        )}
        <h3>{name}</h3>
        {canRemove && (
          <Button icon={Trash2} aria-label={t('rootCas.remove', { name })} onPress={onRemove}>
            {t('device.remove')}
          </Button>
        )}
      </div>
      {managed && (
        <p className="muted">
          <Managed text={t('policy.rootCa')} />
        </p>
      )}
      <p className="muted root-ca-line">
        <span>{t('rootCas.pairings', { count: countUnder(pairings, root.fingerprint256) })}</span>
        <span>{t('rootCa.trustedSince', { date: format.date(trustedAt) })}</span>
      </p>
      <RootCaOutline certificate={root} copyName={t('certificate.fingerprint')} />
    </article>
  );
}
