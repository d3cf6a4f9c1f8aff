import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useId } from 'react';

interface EmptyStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text?: string;
  /** What can be done about it. */
  readonly action?: ReactNode;
}

/** Stands where a list would be, as long as there is nothing in it. */
export function EmptyState({ icon: Icon, title, text, action }: EmptyStateProps) {
  const id = useId();
  return (
    <section className="empty" aria-labelledby={id}>
      <span className="empty-mark" aria-hidden="true">
        <Icon />
      </span>
      <h2 id={id}>{title}</h2>
      {text && <p className="muted">{text}</p>}
      {action}
    </section>
  );
}
