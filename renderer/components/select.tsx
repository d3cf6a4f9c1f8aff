import { Check, ChevronDown } from 'lucide-react';
import {
  Select as AriaSelect,
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
} from 'react-aria-components';
import { Managed } from './managed.tsx';

export interface Choice<T extends string | number> {
  readonly value: T;
  readonly name: string;
  /** The language of the name, where it is not that of the app. */
  readonly lang?: string;
}

interface SelectProps<T extends string | number> {
  readonly label: string;
  readonly note?: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  /** It is the organisation's: shown, and not to be changed. */
  readonly isManaged?: boolean;
}

/** One of several, chosen from a list that opens. */
export function Select<T extends string | number>({
  label,
  note,
  choices,
  value,
  onChange,
  isManaged = false,
}: SelectProps<T>) {
  return (
    <AriaSelect
      className="select-field"
      value={value}
      isDisabled={isManaged}
      onChange={(key) => {
        const chosen = choices.find((choice) => choice.value === key);
        if (chosen) onChange(chosen.value);
      }}
    >
      <Label className="select-label">{label}</Label>
      <Button className="select">
        <SelectValue className="select-value" />
        <ChevronDown className="select-icon" aria-hidden="true" />
      </Button>
      {(note || isManaged) && (
        <Text slot="description" className="setting-note">
          {note}
          {isManaged && <Managed />}
        </Text>
      )}
      <Popover className="select-popover" offset={4}>
        <ListBox className="select-list" items={choices}>
          {(choice) => (
            <ListBoxItem id={choice.value} textValue={choice.name} className="select-option">
              <span {...(choice.lang && { lang: choice.lang })}>{choice.name}</span>
              <Check className="select-check" aria-hidden="true" />
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
