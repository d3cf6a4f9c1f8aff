import type { ReactNode } from 'react';
import { SwitchButton, SwitchField, Text } from 'react-aria-components';

interface SwitchRowProps {
  readonly label: string;
  readonly hint: ReactNode;
  readonly isSelected: boolean;
  readonly onChange: (on: boolean) => void;
  readonly isDisabled?: boolean;
}

/** Something that is on or off at once, with what it means. */
export function SwitchRow({ label, hint, isSelected, onChange, isDisabled = false }: SwitchRowProps) {
  return (
    <SwitchField className="switch-field" isSelected={isSelected} onChange={onChange} isDisabled={isDisabled}>
      <SwitchButton className="switch">
        <span>{label}</span>
        <span className="switch-track" aria-hidden="true" />
      </SwitchButton>
      <Text slot="description" className="switch-hint">
        {hint}
      </Text>
    </SwitchField>
  );
}
