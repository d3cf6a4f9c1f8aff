import { Building2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';

/** Says that the organisation decides, and not who uses this register. */
export function Managed({ text }: { readonly text?: string }) {
  const { t } = useTranslation();
  return (
    <span className={text === undefined ? 'managed' : 'managed managed-sentence'}>
      <Building2 aria-hidden="true" />
      <span>{text ?? t('policy.managed')}</span>
    </span>
  );
}
