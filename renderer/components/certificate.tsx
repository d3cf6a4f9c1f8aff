import { useTranslation } from 'react-i18next';
import type { CertificateSummary } from '../../shared/pairing.ts';
import { useFormats } from '../format.ts';
import { CopyButton } from './copy-button.tsx';
import { Fact, Facts } from './facts.tsx';

const PAIRS_PER_GROUP = 4;

/** `AA:BB:…` in groups of four pairs that a person can compare one by one. */
function groups(fingerprint: string): string[] {
  const pairs = fingerprint.split(':');
  return Array.from({ length: Math.ceil(pairs.length / PAIRS_PER_GROUP) }, (_, group) =>
    pairs.slice(group * PAIRS_PER_GROUP, (group + 1) * PAIRS_PER_GROUP).join(' '),
  );
}

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
  const { subject, issuer, validFrom, validTo, key, serialNumber, fingerprint256 } = certificate;
  return (
    <Facts>
      <Fact label={t('certificate.subject')}>{subject}</Fact>
      <Fact label={t('certificate.issuer')}>{issuer}</Fact>
      <ValidityFact validFrom={validFrom} validTo={validTo} />
      <Fact label={t('certificate.key')}>{key}</Fact>
      {full && (
        <Fact label={t('certificate.serialNumber')} mono>
          {serialNumber}
        </Fact>
      )}
      <FingerprintFact value={fingerprint256} copyName={copyName} />
    </Facts>
  );
}

/** What tells one Root CA from another; it has issued itself. */
export function RootCaOutline({ certificate, copyName }: Omit<CertificateProps, 'full'>) {
  const { t } = useTranslation();
  const { subject, validFrom, validTo, fingerprint256 } = certificate;
  return (
    <Facts>
      <Fact label={t('certificate.subject')}>{subject}</Fact>
      <ValidityFact validFrom={validFrom} validTo={validTo} />
      <FingerprintFact value={fingerprint256} copyName={copyName} />
    </Facts>
  );
}

function ValidityFact({ validFrom, validTo }: Pick<CertificateSummary, 'validFrom' | 'validTo'>) {
  const { t } = useTranslation();
  const format = useFormats();
  return (
    <Fact label={t('certificate.validity')}>
      {t('certificate.validRange', { from: format.date(validFrom), to: format.date(validTo) })}
    </Fact>
  );
}

function FingerprintFact(props: FingerprintProps) {
  const { t } = useTranslation();
  return (
    <Fact label={t('certificate.fingerprint')} isWide>
      <Fingerprint {...props} />
    </Fact>
  );
}
