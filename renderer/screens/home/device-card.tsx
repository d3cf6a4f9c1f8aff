import { ChevronRight } from 'lucide-react';
import { Link } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatAuthority } from '../../../shared/inputs.ts';
import { nameOf, type PairingRecord } from '../../../shared/pairing.ts';
import { needsAttention } from '../../../shared/status.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { IdentityFact } from '../../components/identity-fact.tsx';
import {
  ExpiryWarning,
  PairingActions,
  STATE_LOOK,
  StateChip,
  useErrandError,
  useStatusSentence,
} from '../../components/pairing-status.tsx';
import { useFormats } from '../../format.ts';
import { useActions, useMirror } from '../../state/context.tsx';
import { certificateEnd, resultOf, shownStatus } from '../../state/pairing-list.ts';

interface DeviceCardProps {
  readonly pairing: PairingRecord;
  readonly now: number;
  /** Among many, a connected device needs no words. */
  readonly roomy: boolean;
}

export function DeviceCard({ pairing, now, roomy }: DeviceCardProps) {
  const { go } = useActions();
  const status = shownStatus(useMirror(), pairing);
  const { tone } = STATE_LOOK[status.state];
  const sentence = useStatusSentence(status);
  const problem = useErrandError(pairing.id);
  const headingId = `pairing-${pairing.id}`;
  return (
    <article
      className="card device-card"
      aria-labelledby={headingId}
      data-pairing-id={pairing.id}
      data-tone={tone === 'success' && needsAttention(status) ? 'warn' : tone}
    >
      <div className="device-card-head">
        <div className="device-card-title">
          <h2 id={headingId}>
            <Link className="card-link" onPress={() => go({ name: 'device', id: pairing.id })}>
              {nameOf(pairing)}
              <ChevronRight className="card-chevron" aria-hidden="true" />
            </Link>
          </h2>
          <StateChip status={status} />
        </div>
        <PairingActions
          pairing={pairing}
          status={status}
          describedBy={headingId}
          size={roomy ? 'large' : 'normal'}
        />
      </div>
      {(roomy || status.state !== 'connected') && <p className="device-sentence">{sentence}</p>}
      <ExpiryWarning expiry={status.expiry} now={now} />
      <CardFacts pairing={pairing} now={now} />
      {problem && <ErrorPanel error={problem} headingLevel={3} compact about={pairing} />}
    </article>
  );
}

function CardFacts({ pairing, now }: { readonly pairing: PairingRecord; readonly now: number }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { lastCheck, identity } = pairing;
  return (
    <Facts className="facts card-facts">
      <Fact label={t('facts.posId')}>{pairing.posId}</Fact>
      <IdentityFact identity={identity} />
      <Fact label={t('facts.address')} mono>
        {formatAuthority(pairing.address)}
      </Fact>
      <Fact label={t('facts.pairedOn')}>{format.date(pairing.pairedAt)}</Fact>
      <Fact label={t('facts.validUntil')}>{format.date(certificateEnd(pairing))}</Fact>
      <Fact
        label={t('facts.lastCheck')}
        more={
          lastCheck && (
            <time dateTime={lastCheck.at} title={format.dateTime(lastCheck.at)}>
              {format.relative(lastCheck.at, now)}
            </time>
          )
        }
      >
        {lastCheck ? t(`check.result.${resultOf(lastCheck)}`) : t('facts.neverChecked')}
      </Fact>
    </Facts>
  );
}
