import { Globe } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { ownName } from '../format.ts';
import { useAppState } from '../state/context.tsx';
import { later } from './later.tsx';

const LanguageList = later(async () => (await import('./language-list.tsx')).LanguageList);

/** The language, within reach on every screen: who cannot read this one would not find the settings. */
export function LanguageMenu({ isNamed }: { readonly isNamed: boolean }) {
  const { t, i18n } = useTranslation();
  const { policy } = useAppState();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const current = ownName(i18n.language);
  // A button that opens nothing would only be in the way.
  if (policy.locked.includes('language')) return null;
  const open = () => {
    setOpen(true);
    setWasOpen(true);
  };
  return (
    <>
      <Button
        ref={button}
        className="language-button"
        aria-label={t('nav.language', { language: current })}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onPress={open}
        onKeyDown={({ key }) => {
          if (key === 'ArrowDown' || key === 'ArrowUp') open();
        }}
      >
        <Globe className="nav-icon" aria-hidden="true" />
        {isNamed && <span>{current}</span>}
      </Button>
      {wasOpen && <LanguageList button={button} isOpen={isOpen} onOpenChange={setOpen} />}
    </>
  );
}
