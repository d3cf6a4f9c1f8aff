import type { LucideIcon } from 'lucide-react';
import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';

interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  readonly look?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly size?: 'normal' | 'large';
  readonly icon?: LucideIcon;
  readonly busy?: boolean;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** While busy, a button keeps the focus and its place but does nothing. */
export function Button({
  look = 'secondary',
  size = 'normal',
  icon: Icon,
  busy = false,
  children,
  onPress,
  ...rest
}: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      {...(onPress && !busy ? { onPress } : {})}
      className={`button button-${look} button-${size}`}
      data-busy={busy || undefined}
    >
      {Icon && <Icon className="button-icon" aria-hidden="true" />}
      <span className="button-text">{children}</span>
    </AriaButton>
  );
}
