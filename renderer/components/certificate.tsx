import { useTranslation } from 'react-i18next';
import type { CertificateSummary } from '../../shared/pairing.ts';
import { useFormats } from '../format.ts';
import { CopyButton } from './copy-button.tsx';

const PAIRS_PER_GROUP = 4;

/** `AA:BB:…` in groups of four pairs that a person can compare one by one. */
function groups(fingerprint: string): string[] {
  const pairs = fingerprint.split(':');
  return Array.from({ length: Math.ceil(pairs.length / PAIRS_PER_GROUP) }, (_, group) =>
    pairs.slice(group * PAIRS_PER_GROUP, (group + 1) * PAIRS_PER_GROUP).join(' '),
  );
}

/** The name people know a certificate by: its CN, or the whole distinguished name without one. */
export const commonName = (subject: string): string => /(?:^|,\s*)CN=([^,]+)/.exec(subject)?.[1] ?? subject;

interface FingerprintProps {
  readonly value: string;
  /** Completes the accessible name of the copy button; without it there is no such button. */
  readonly copyName?: string | undefined;
}

export function Fingerprint({ value, copyName }: FingerprintProps) {
  return (
    <div className="fingerprint-row">
      <div>
        <code className="fingerprint">
          {groups(value).map((group, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the groups of one fingerprint never move
            <span key={index}>{group}</span>
          ))}
        </code>
        {copyName && <CopyButton text={value} what={copyName} />}
      </div>
    </div>
  );
}

interface CertificateProps {
  readonly certificate: CertificateSummary;
  /** Completes the accessible name of the copy button. */
  readonly copyName?: string;
  readonly full?: boolean;
}

export function CertificateFacts({ certificate, copyName, full = false }: CertificateProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const { subject, issuer, validFrom, validTo, key, serialNumber, fingerprint256 } = certificate;
  return (
    <dl className="facts">
      <div>
        <dt>{t('certificate.subject')}</dt>
        <dd>{subject}</dd>
      </div>
      <div>
        <dt>{t('certificate.issuer')}</dt>
        <dd>{issuer}</dd>
      </div>
      <div>
        <dt>{t('certificate.validity')}</dt>
        <dd>{t('certificate.validRange', { from: format.date(validFrom), to: format.date(validTo) })}</dd>
      </div>
      <div>
        <dt>{t('certificate.key')}</dt>
        <dd>{key}</dd>
      </div>
      {full && (
        <div>
          <dt>{t('certificate.serialNumber')}</dt>
          <dd className="mono">{serialNumber}</dd>
        </div>
      )}
      <div className="facts-wide">
        <dt>{t('certificate.fingerprint')}</dt>
        <dd>
          <Fingerprint value={fingerprint256} copyName={copyName} />
        </dd>
      </div>
    </dl>
  );
}
