import { SwitchButton, SwitchField, Text } from 'react-aria-components';

interface SwitchProps {
  readonly label: string;
  readonly note?: string;
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
}

/** Something that is on or off, with what that means. */
export function Switch({ label, note, isSelected, onChange }: SwitchProps) {
  return (
    <SwitchField className="switch-field" isSelected={isSelected} onChange={onChange}>
      <SwitchButton className="switch">
        <span className="switch-label">{label}</span>
        <span className="switch-track" aria-hidden="true">
          <span className="switch-thumb" />
        </span>
      </SwitchButton>
      {note && (
        <Text slot="description" className="setting-note">
          {note}
        </Text>
      )}
    </SwitchField>
  );
}
