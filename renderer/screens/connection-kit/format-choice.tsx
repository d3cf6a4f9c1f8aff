import { Label, Radio, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';

/** Without a password is a matter of the password. */
const OFFERED = ['p12', 'pem', 'p12-legacy'] as const;
export type OfferedFormat = (typeof OFFERED)[number];

interface FormatChoiceProps {
  readonly value: OfferedFormat;
  readonly onChange: (format: OfferedFormat) => void;
}

export function FormatChoice({ value, onChange }: FormatChoiceProps) {
  const { t } = useTranslation();
  return (
    <RadioGroup
      className="card kit-formats"
      value={value}
      onChange={(chosen) => {
        const format = OFFERED.find((each) => each === chosen);
        if (format) onChange(format);
      }}
    >
      <Label className="card-heading">{t('kit.formatHeading')}</Label>
      {OFFERED.map((format) => (
        <Radio key={format} value={format} className="kit-format">
          <span className="kit-format-dot" aria-hidden="true" />
          <span className="kit-format-words">
            <span className="kit-format-name">
              {t(`kit.format.${format}.name`)}
              {format === 'p12' && <span className="kit-format-best">{t('kit.recommended')}</span>}
            </span>
            <span className="setting-note">{t(`kit.format.${format}.text`)}</span>
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
