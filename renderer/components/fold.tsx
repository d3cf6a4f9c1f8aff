import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, Disclosure, DisclosurePanel } from 'react-aria-components';

interface FoldProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly isExpanded?: boolean;
  readonly onExpandedChange?: (expanded: boolean) => void;
  readonly className?: string;
}

/** Something that stays folded away until it is asked for. */
export function Fold({ title, children, className = '', ...state }: FoldProps) {
  return (
    <Disclosure className={`fold ${className}`} {...state}>
      <Button slot="trigger" className="fold-trigger">
        <ChevronDown className="fold-icon" aria-hidden="true" />
        <span>{title}</span>
      </Button>
      <DisclosurePanel className="fold-panel">
        <div className="fold-content">{children}</div>
      </DisclosurePanel>
    </Disclosure>
  );
}
