import { Check } from 'lucide-react';
import type { RefObject } from 'react';
import { Menu, MenuItem, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Settings } from '../../shared/settings.ts';
import { ownName } from '../format.ts';
import { useActions, useAppState } from '../state/context.tsx';

const CHOICES: readonly Settings['language'][] = ['system', ...LANGUAGES];

interface LanguageListProps {
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
}

/** All languages, below the button that opened it. */
export function LanguageList({ button, isOpen, onOpenChange }: LanguageListProps) {
  const { t } = useTranslation();
  const { updateSettings } = useActions();
  const { settings } = useAppState();
  return (
    <Popover
      className="select-popover"
      placement="bottom end"
      offset={4}
      triggerRef={button}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
    >
      <Menu
        className="select-list language-list"
        aria-label={t('settings.language')}
        autoFocus
        onClose={() => onOpenChange(false)}
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
  );
}
