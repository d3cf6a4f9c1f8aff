import { SwitchButton, SwitchField, Text } from 'react-aria-components';
import { Managed } from './managed.tsx';

interface SwitchProps {
  readonly label: string;
  readonly note?: string;
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
  /** It is the organisation's: shown, and not to be changed. */
  readonly isManaged?: boolean;
}

/** Something that is on or off, with what that means. */
export function Switch({ label, note, isSelected, onChange, isManaged = false }: SwitchProps) {
  return (
    <SwitchField className="switch-field" isSelected={isSelected} onChange={onChange} isDisabled={isManaged}>
      <SwitchButton className="switch">
        <span className="switch-label">{label}</span>
        <span className="switch-track" aria-hidden="true">
          <span className="switch-thumb" />
        </span>
      </SwitchButton>
      {(note || isManaged) && (
        <Text slot="description" className="setting-note">
          {note}
          {isManaged && <Managed />}
        </Text>
      )}
    </SwitchField>
  );
}
