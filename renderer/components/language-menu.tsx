import { Check, Globe } from 'lucide-react';
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Settings } from '../../shared/settings.ts';
import { ownName } from '../format.ts';
import { useActions, useAppState } from '../state/context.tsx';

const CHOICES: readonly Settings['language'][] = ['system', ...LANGUAGES];

/** The language, within reach on every screen: who cannot read this one would not find the settings. */
export function LanguageMenu({ isNamed }: { readonly isNamed: boolean }) {
  const { t, i18n } = useTranslation();
  const { updateSettings } = useActions();
  const { settings, policy } = useAppState();
  const current = ownName(i18n.language);
  // A button that opens nothing would only be in the way.
  if (policy.locked.includes('language')) return null;
  return (
    <MenuTrigger>
      <Button className="language-button" aria-label={t('nav.language', { language: current })}>
        <Globe className="nav-icon" aria-hidden="true" />
        {isNamed && <span>{current}</span>}
      </Button>
      <Popover className="select-popover" placement="bottom end" offset={4}>
        <Menu
          className="select-list language-list"
          aria-label={t('settings.language')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[settings.language]}
          onSelectionChange={(keys) => {
            const chosen = CHOICES.find((choice) => keys !== 'all' && keys.has(choice));
            if (chosen) void updateSettings({ language: chosen });
          }}
        >
          {CHOICES.map((choice) => {
            const name = choice === 'system' ? t('settings.system') : ownName(choice);
            return (
              <MenuItem key={choice} id={choice} textValue={name} className="select-option">
                <span {...(choice !== 'system' && { lang: choice })}>{name}</span>
                <Check className="select-check" aria-hidden="true" />
              </MenuItem>
            );
          })}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
