import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';

interface FactsProps {
  readonly className?: string;
  readonly label?: string;
  readonly children: ReactNode;
}

/** Pairs of a name and a value. */
export function Facts({ className = 'facts', label, children }: FactsProps) {
  return (
    <dl className={className} {...(label && { 'aria-label': label })}>
      {children}
    </dl>
  );
}

interface FactProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly mono?: boolean;
  /** Over the whole width. */
  readonly isWide?: boolean;
  /** What else is known, in small letters below. */
  readonly more?: ReactNode;
  /** The value as text that can be copied. */
  readonly copy?: string;
  /** A button beside the value. */
  readonly aside?: ReactNode;
}

export function Fact({ label, children, mono, isWide, more, copy, aside }: FactProps) {
  const button = aside ?? (copy !== undefined && <CopyButton text={copy} what={label} />);
  return (
    <div {...(isWide && { className: 'facts-wide' })}>
      <dt>{label}</dt>
      {button ? (
        <dd className="fact-copy">
          <span {...(mono && { className: 'mono' })}>{children}</span>
          {button}
        </dd>
      ) : (
        <dd {...(mono && { className: 'mono' })}>
          {children}
          {more && <span className="fact-more">{more}</span>}
        </dd>
      )}
    </div>
  );
}
