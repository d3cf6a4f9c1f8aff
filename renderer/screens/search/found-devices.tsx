import { ArrowRight, Check, Link2, ShieldCheck } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { sameIdentity, serialOf } from '../../../shared/identity.ts';
import { formatAuthority } from '../../../shared/inputs.ts';
import { nameOf, type PairingRecord } from '../../../shared/pairing.ts';
import type { FoundDevice } from '../../../shared/search.ts';
import { Button } from '../../components/button.tsx';
import { useFormats } from '../../format.ts';
import { useActions } from '../../state/context.tsx';

interface FoundDevicesProps {
  readonly devices: readonly FoundDevice[];
  readonly pairings: readonly PairingRecord[];
  readonly into: SearchFor;
}

/** What a device is searched for: the form that waits for its address, or nothing yet. */
export type SearchFor = 'form' | 'screen';

export function FoundDevices({ devices, pairings, into }: FoundDevicesProps) {
  const { t } = useTranslation();
  if (devices.length === 0) return null;
  return (
    <ul className="found" aria-label={t('search.listLabel')}>
      {devices.map((device) => (
        <li key={formatAuthority(device.address)}>
          <Found
            device={device}
            paired={pairings.filter((pairing) => isPairedWith(pairing, device))}
            into={into}
          />
        </li>
      ))}
    </ul>
  );
}

/** The same serial number under another Root CA may be another device, unless it is where the paired one was. */
const isPairedWith = (pairing: PairingRecord, device: FoundDevice): boolean =>
  sameIdentity(pairing.identity, device.identity) &&
  (pairing.trustAnchorFingerprint256 === device.trustAnchorFingerprint256 ||
    formatAuthority(pairing.address) === formatAuthority(device.address));

interface FoundProps {
  readonly device: FoundDevice;
  /** One device may be paired under several POS IDs. */
  readonly paired: readonly PairingRecord[];
  readonly into: SearchFor;
}

function Found({ device, paired, into }: FoundProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const actions = useActions();
  const id = useId();
  const { address, identity, responseMs } = device;
  const moved = paired.find((pairing) => formatAuthority(pairing.address) !== formatAuthority(address));
  return (
    <article className="card found-device" aria-labelledby={id}>
      <div className="found-text">
        <h3 id={id} className="mono">
          {serialOf(identity) || t('search.noSerial')}
        </h3>
        <p className="found-facts">
          <span className="mono">{formatAuthority(address)}</span>
          <span>{t('search.answered', { duration: format.duration(responseMs) })}</span>
        </p>
        {paired.map((pairing) => (
          <span key={pairing.id} className="chip chip-success">
            <ShieldCheck aria-hidden="true" />
            <span>{t('search.pairedAs', { name: nameOf(pairing) })}</span>
          </span>
        ))}
        {moved && (
          <p className="found-moved">{t('search.moved', { address: formatAuthority(moved.address) })}</p>
        )}
      </div>
      <div className="found-actions">
        {into === 'form' || paired.length === 0 ? (
          <Button
            look={paired.length === 0 ? 'primary' : 'secondary'}
            icon={into === 'form' ? Check : Link2}
            aria-describedby={id}
            onPress={() => actions.chooseDevice(device)}
          >
            {into === 'form' ? t('search.useAddress') : t('search.pair')}
          </Button>
        ) : (
          paired.map((pairing) => (
            <Button
              key={pairing.id}
              icon={ArrowRight}
              aria-describedby={id}
              {...(paired.length > 1 && {
                'aria-label': t('search.openNamed', { name: nameOf(pairing) }),
              })}
              onPress={() => actions.go({ name: 'device', id: pairing.id })}
            >
              {paired.length > 1 ? t('search.openNamed', { name: nameOf(pairing) }) : t('search.open')}
            </Button>
          ))
        )}
      </div>
    </article>
  );
}
