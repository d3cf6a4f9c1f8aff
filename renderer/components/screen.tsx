import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface ScreenProps {
  readonly title: string;
  readonly intro?: ReactNode;
  /** False when the screen itself puts the focus somewhere, for example on the field to correct. */
  readonly focusHeading?: boolean;
  readonly headerActions?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** Nothing moves when the app opens: there is no screen that the first one follows. */
let isFirst = true;

/** One screen: its heading takes the focus when it appears, so that nobody is left on a button that is gone. */
export function Screen({
  title,
  intro,
  focusHeading = true,
  headerActions,
  className = '',
  children,
}: ScreenProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  const [still] = useState(isFirst);
  useEffect(() => {
    isFirst = false;
  }, []);
  useEffect(() => {
    document.title = t('app.pageTitle', { screen: title });
  }, [t, title]);
  useEffect(() => {
    window.scrollTo(0, 0);
    if (focusHeading) heading.current?.focus({ preventScroll: true });
  }, [focusHeading]);
  return (
    <div className={`screen ${className}`} data-still={still || undefined}>
      <div className="screen-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {intro && <p className="screen-intro">{intro}</p>}
        </div>
        {headerActions && <div className="screen-head-actions">{headerActions}</div>}
      </div>
      {children}
    </div>
  );
}

/** The buttons that go on or back: always in the same place at the bottom. */
export function ActionBar({
  start,
  children,
}: {
  readonly start?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <div className="action-bar">
      <div className="action-bar-start">{start}</div>
      <div className="action-bar-end">{children}</div>
    </div>
  );
}

/** Text for screen readers only; a polite one is read out when it changes. */
export function Announcement({ children }: { readonly children: string }) {
  return (
    <p className="visually-hidden" role="status">
      {children}
    </p>
  );
}
