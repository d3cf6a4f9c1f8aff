import { Check, KeyRound } from 'lucide-react';
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';

interface KitDoneProps {
  readonly folder: string;
  /** Holds the generated password, or ''. Emptied here as soon as it is written down. */
  readonly password: RefObject<string>;
  readonly onDone: () => void;
}

/** Where the files are, the password this once, and what to do with them. */
export function KitDone({ folder, password, onDone }: KitDoneProps) {
  const { t } = useTranslation();
  const [isShown, setIsShown] = useState(() => password.current !== '');
  const done = useRef<HTMLButtonElement>(null);
  const noted = () => {
    password.current = '';
    setIsShown(false);
    done.current?.focus();
  };
  return (
    <Screen title={t('kit.doneTitle')}>
      <div className="columns columns-even">
        <div className="stack">
          {isShown && <PasswordOnce password={password} />}
          <section className="card" aria-label={t('kit.folder')}>
            <Facts>
              <Fact label={t('kit.folder')} copy={folder} mono isWide>
                {folder}
              </Fact>
            </Facts>
          </section>
        </div>
        <section className="card card-sunken stack-tight" aria-labelledby="kit-next-heading">
          <h2 id="kit-next-heading">{t('kit.nextHeading')}</h2>
          <ol className="steps">
            <li>{t('kit.next.give')}</li>
            <li>{t('kit.next.readMe')}</li>
            <li>{t('kit.next.channel')}</li>
            <li>{t('kit.next.again')}</li>
          </ol>
        </section>
      </div>
      <ActionBar>
        {/* One button in two roles, so that the focus stays. */}
        <Button
          ref={done}
          look="primary"
          size="large"
          {...(isShown && { icon: Check })}
          onPress={isShown ? noted : onDone}
        >
          {isShown ? t('kit.noted') : t('kit.done')}
        </Button>
      </ActionBar>
    </Screen>
  );
}

function PasswordOnce({ password }: Pick<KitDoneProps, 'password'>) {
  const { t } = useTranslation();
  const text = useRef<HTMLElement>(null);
  // Written by hand: what React renders it keeps, also when it is gone from the screen.
  useLayoutEffect(() => {
    const { current: element } = text;
    if (element) element.textContent = password.current;
    return () => {
      if (element) element.textContent = '';
    };
  }, [password]);
  return (
    <section className="card card-accent stack-tight" aria-labelledby="kit-password-heading">
      <div className="card-title">
        <KeyRound className="icon-accent" aria-hidden="true" />
        <h2 id="kit-password-heading">{t('kit.onceHeading')}</h2>
      </div>
      <p className="kit-password">
        <code ref={text} className="mono" />
        <CopyButton text={() => password.current} what={t('kit.typedLabel')} />
      </p>
      <p>{t('kit.once')}</p>
    </section>
  );
}
