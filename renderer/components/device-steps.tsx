import { useTranslation } from 'react-i18next';
import { type DeviceStep, StepDrawing } from './drawings.tsx';

const TO_THE_CODE = ['app', 'menu', 'stay'] as const satisfies readonly DeviceStep[];
const TAPS = ['close', 'status', 'connect'] as const satisfies readonly DeviceStep[];

/** How the code comes to the device's screen: it is never found by a search. */
export function WayToCode() {
  const { t } = useTranslation();
  return (
    <ol className="way" aria-label={t('way.label')}>
      {TO_THE_CODE.map((step) => (
        <li key={step}>
          <StepDrawing step={step} />
          <span>{t(`way.${step}`)}</span>
        </li>
      ))}
    </ol>
  );
}

/** The three taps after which the device lets the register in. */
export function ConnectTaps({ size }: { readonly size: 'large' | 'small' }) {
  const { t } = useTranslation();
  return (
    <ol className={`taps taps-${size}`} aria-label={t('taps.label')}>
      {TAPS.map((tap, index) => (
        <li key={tap} className="tap">
          <StepDrawing step={tap} />
          <div className="tap-words">
            <p className="tap-title">
              <span className="badge">{index + 1}</span> <strong>{t(`taps.${tap}.title`)}</strong>
            </p>
            <p className="muted">{t(`taps.${tap}.text`)}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}
