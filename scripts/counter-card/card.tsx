import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { useTranslation } from 'react-i18next';
import { BrandMark } from '../../renderer/components/brand.tsx';
import {
  type DeviceStep,
  LinkDrawing,
  PairingDrawing,
  SerialDrawing,
  StepDrawing,
} from '../../renderer/components/drawings.tsx';
import { i18n } from '../../renderer/i18n.ts';
import { showLanguage } from '../../shared/languages.ts';
import { LANGUAGES, type Language } from '../../shared/settings.ts';

interface StepProps {
  readonly number: number;
  readonly name: string;
  readonly title: string;
  readonly children: ReactNode;
}

const Step = ({ number, name, title, children }: StepProps) => (
  <li className={`card-step card-${name}`}>
    <h2>
      <span className="card-number">{number}</span>
      <span>{title}</span>
    </h2>
    {children}
  </li>
);

const Picture = ({ step, children }: { readonly step: DeviceStep; readonly children: ReactNode }) => (
  <div className="card-picture">
    <StepDrawing step={step} />
    <div>{children}</div>
  </div>
);

const Tick = () => (
  <svg className="card-mark" viewBox="0 0 48 48" aria-hidden="true">
    <circle className="card-mark-filled" cx="24" cy="24" r="22" />
    <path className="card-mark-line" d="M14 25l7 7 14-16" />
  </svg>
);

const Warning = () => (
  <svg className="card-mark" viewBox="0 0 48 48" aria-hidden="true">
    <path className="card-mark-open" d="M24 5L45 42H3z" />
    <path className="card-mark-sign" d="M24 18v11M24 35.5v.5" />
  </svg>
);

/** One page in the language that is shown. The words on buttons come from the app, so that they are found there. */
function Card({ language }: { readonly language: Language }) {
  const { t } = useTranslation();
  return (
    <section className="card-page" lang={language}>
      <header className="card-header">
        <BrandMark />
        <div>
          <h1>{t('card.title')}</h1>
          <p>{t('card.intro')}</p>
        </div>
      </header>
      <ol className="card-steps">
        <Step number={1} name="code" title={t('card.code')}>
          <div className="card-pictures">
            <Picture step="app">{t('way.app')}</Picture>
            <Picture step="menu">{t('way.menu')}</Picture>
            <Picture step="stay">{t('way.stay')}</Picture>
          </div>
        </Step>
        <Step number={2} name="pair" title={t('card.pair')}>
          <p>{t('card.pairText', { pair: t('home.pair'), submit: t('pair.submit') })}</p>
          <PairingDrawing />
        </Step>
        <Step number={3} name="compare" title={t('card.compare')}>
          <SerialDrawing />
          <p>{t('card.compareText', { yes: t('identity.yes') })}</p>
        </Step>
        <Step number={4} name="close" title={t('taps.close.title')}>
          <Picture step="close">{t('taps.close.text')}</Picture>
        </Step>
        <Step number={5} name="connect" title={t('taps.connect.title')}>
          <div className="card-pictures">
            <Picture step="status">
              <strong>{t('taps.status.title')}</strong>
              <br />
              {t('taps.status.text')}
            </Picture>
            <Picture step="connect">{t('taps.connect.text')}</Picture>
          </div>
        </Step>
        <Step number={6} name="sell" title={t('card.sell')}>
          <div className="card-picture">
            <Tick />
            <p>{t('card.sellText', { paired: t('success.title') })}</p>
          </div>
          <LinkDrawing />
        </Step>
        <Step number={7} name="red" title={t('card.red')}>
          <div className="card-picture">
            <Warning />
            <p>{t('card.redText', { todo: t('panel.todo'), details: t('panel.details') })}</p>
          </div>
          <p className="card-line">{t('card.support')}</p>
        </Step>
      </ol>
      <footer className="card-footer">
        <p className="card-line">{t('facts.posId')}</p>
        <p className="card-line">{t('facts.serial')}</p>
        <p className="card-note">{t('card.passcode')}</p>
      </footer>
    </section>
  );
}

/** The card's pages as HTML, one for each language. */
export function cardPages(): Record<Language, string> {
  const page = (language: Language): string => {
    showLanguage(i18n, language);
    return renderToStaticMarkup(<Card language={language} />);
  };
  return Object.fromEntries(LANGUAGES.map((language) => [language, page(language)])) as Record<
    Language,
    string
  >;
}
