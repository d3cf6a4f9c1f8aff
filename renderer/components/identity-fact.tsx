import { useTranslation } from 'react-i18next';
import { type DeviceIdentity, identityText } from '../../shared/identity.ts';
import { Fact } from './facts.tsx';

/** Which device it is: by its serial number, or by its host without one. */
export function IdentityFact({
  identity,
  copy = false,
}: {
  readonly identity: DeviceIdentity;
  readonly copy?: boolean;
}) {
  const { t } = useTranslation();
  const text = identityText(identity);
  return (
    <Fact
      label={identity.kind === 'serial' ? t('facts.serial') : t('facts.host')}
      mono
      {...(copy && { copy: text })}
    >
      {text}
    </Fact>
  );
}
