import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { CertificateFacts, Fingerprint } from '../../components/certificate.tsx';
import { CertificateNotes } from '../../components/certificate-notes.tsx';
import { Fold } from '../../components/fold.tsx';
import { useAppState } from '../../state/context.tsx';
import { nameOfRootCa } from '../../state/root-cas.ts';

export function Certificates({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const rootCaName = nameOfRootCa(useAppState().rootCas, pairing.trustAnchorFingerprint256);
  return (
    <section className="card device-certificates" aria-labelledby="certificates-heading">
      <h2 id="certificates-heading">{t('device.certificates')}</h2>
      <div className="columns columns-even">
        <section className="certificate-block">
          <h3>{t('device.deviceCertificate')}</h3>
          <CertificateFacts
            certificate={pairing.deviceCertificate}
            copyName={t('device.fingerprintDevice')}
            full
          />
        </section>
        <section className="certificate-block">
          <h3>{t('device.clientCertificate')}</h3>
          <CertificateFacts
            certificate={pairing.clientCertificate}
            copyName={t('device.fingerprintClient')}
            full
          />
        </section>
      </div>
      <Fold title={t('device.moreCertificates')}>
        <div className="columns columns-even">
          <section className="certificate-block">
            <h3>{t('device.clientIssuer')}</h3>
            <CertificateFacts
              certificate={pairing.clientIssuer}
              copyName={t('device.fingerprintIssuer')}
              full
            />
          </section>
          <section className="certificate-block">
            <h3>{t('device.rootCa')}</h3>
            <p>{rootCaName ?? t('rootCas.removed')}</p>
            <Fingerprint value={pairing.trustAnchorFingerprint256} copyName={t('device.fingerprintRoot')} />
          </section>
        </div>
      </Fold>
      <CertificateNotes pairing={pairing} />
    </section>
  );
}
