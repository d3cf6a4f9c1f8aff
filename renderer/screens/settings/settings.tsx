import { Building2, Info, Keyboard, ShieldAlert, ShieldCheck } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { commonName } from '../../../shared/root-ca.ts';
import {
  CHECK_INTERVAL_MINUTES,
  LANGUAGES,
  type Settings,
  type SettingsPatch,
} from '../../../shared/settings.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Screen } from '../../components/screen.tsx';
import { type Choice, Select } from '../../components/select.tsx';
import { SaveSupportReport } from '../../components/support-report.tsx';
import { Switch } from '../../components/switch.tsx';
import { ownName, useFormats } from '../../format.ts';
import { useAction } from '../../hooks/use-action.ts';
import { IS_MAC } from '../../platform.ts';
import { useActions, useAppState } from '../../state/context.tsx';
import { firstToEnd } from '../../state/root-cas.ts';
import { ManagerPin } from './manager-pin.tsx';
import { UpdatesCard } from './updates-card.tsx';

const { least, most } = CHECK_INTERVAL_MINUTES;
const INTERVALS = [least, 15, 30, 60, 120, most];

/** What the user can choose. Each change is saved at once. */
export function SettingsScreen() {
  const { t } = useTranslation();
  const format = useFormats();
  const actions = useActions();
  const { settings, policy } = useAppState();
  const isManaged = (name: keyof Settings) => policy.locked.includes(name);
  const saving = useAction(actions.updateSettings);
  const change = (patch: SettingsPatch) => void saving.run(patch);

  const languages: Choice<Settings['language']>[] = [
    { value: 'system', name: t('settings.system') },
    ...LANGUAGES.map((language) => ({ value: language, name: ownName(language), lang: language })),
  ];
  const intervals = [...new Set([...INTERVALS, settings.checkIntervalMinutes])]
    .sort((a, b) => a - b)
    .map((minutes) => ({ value: minutes, name: format.minutes(minutes) }));

  return (
    <Screen title={t('settings.title')}>
      {policy.state !== 'none' && policy.place !== null && (
        <p className="policy-line">
          <Building2 aria-hidden="true" />
          <span>{t('policy.some', { place: policy.place })}</span>
        </p>
      )}
      {saving.error && <ErrorPanel error={saving.error} />}
      <div className="columns columns-even">
        <div className="stack">
          <Group title={t('settings.general')}>
            <Select
              label={t('settings.language')}
              note={t('settings.languageNote')}
              choices={languages}
              value={settings.language}
              onChange={(language) => change({ language })}
              isManaged={isManaged('language')}
            />
            <Switch
              label={t('settings.notifications')}
              note={t('settings.notificationsNote')}
              isSelected={settings.notifications}
              onChange={(notifications) => change({ notifications })}
              isManaged={isManaged('notifications')}
            />
            <Switch
              label={IS_MAC ? t('settings.menuBar') : t('settings.tray')}
              note={t('settings.trayNote')}
              isSelected={settings.tray}
              onChange={(tray) => change({ tray })}
              isManaged={isManaged('tray')}
            />
          </Group>
          <Group title={t('manager.title')}>
            <ManagerPin />
          </Group>
          <Group title={t('settings.help')}>
            <div className="setting-buttons">
              <Button icon={Keyboard} onPress={() => actions.openDialog('shortcuts')}>
                {t('shortcuts.title')}
              </Button>
              <Button icon={Info} onPress={() => actions.openDialog('about')}>
                {t('about.title')}
              </Button>
            </div>
            <div className="support-actions">
              <SaveSupportReport />
            </div>
          </Group>
        </div>
        <div className="stack">
          <Group title={t('settings.connections')}>
            <Select
              label={t('settings.interval')}
              note={t('settings.intervalNote')}
              choices={intervals}
              value={settings.checkIntervalMinutes}
              onChange={(checkIntervalMinutes) => change({ checkIntervalMinutes })}
              isManaged={isManaged('checkIntervalMinutes')}
            />
            <Switch
              label={t('settings.follow')}
              note={t('settings.followNote')}
              isSelected={settings.followAddressChanges}
              onChange={(followAddressChanges) => change({ followAddressChanges })}
              isManaged={isManaged('followAddressChanges')}
            />
          </Group>
          <RootCa />
          <UpdatesCard />
        </div>
      </div>
    </Screen>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className="card settings-group" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

function RootCa() {
  const { t } = useTranslation();
  const format = useFormats();
  const { go } = useActions();
  const { rootCas, policy } = useAppState();
  const isLocked = policy.locked.includes('rootCas');
  const root = firstToEnd(rootCas)?.root;
  const expired = root !== undefined && new Date(root.validTo).getTime() < Date.now();
  return (
    <Group title={t('settings.rootCa')}>
      <div className="setting-root">
        {root && (
          <>
            {expired ? (
              <ShieldAlert className="icon-warn" aria-hidden="true" />
            ) : (
              <ShieldCheck className="icon-success" aria-hidden="true" />
            )}
            <div className="setting-root-words">
              {rootCas.length > 1 && !expired ? (
                <p>
                  {t('rootCas.line', {
                    number: format.number(rootCas.length),
                    date: format.date(root.validTo),
                  })}
                </p>
              ) : (
                <>
                  <p>{commonName(root.subject)}</p>
                  <p className="setting-note">
                    {expired
                      ? t('settings.rootCaExpired', { date: format.date(root.validTo) })
                      : t('settings.rootCaValid', { date: format.date(root.validTo) })}
                  </p>
                </>
              )}
            </div>
          </>
        )}
        {!root && <p className="setting-root-words">{t('rootCa.missing')}</p>}
        <Button onPress={() => go({ name: 'root-ca', next: 'settings' })}>
          {isLocked && t('policy.rootCaShow')}
          {!isLocked && (root ? t('settings.rootCaShow') : t('actions.choose-root-ca'))}
        </Button>
      </div>
    </Group>
  );
}
