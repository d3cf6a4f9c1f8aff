import { useId } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';

interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly isLabelShown?: boolean;
  readonly choices: readonly { readonly value: T; readonly name: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** One of a few, all in sight. */
export function Segments<T extends string>({
  label,
  isLabelShown = false,
  choices,
  value,
  onChange,
}: SegmentsProps<T>) {
  const labelId = useId();
  return (
    <div className="segments-field">
      {isLabelShown && (
        <span id={labelId} className="segments-label">
          {label}
        </span>
      )}
      <ToggleButtonGroup
        className="segments"
        {...(isLabelShown ? { 'aria-labelledby': labelId } : { 'aria-label': label })}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[value]}
        onSelectionChange={(keys) => {
          const chosen = choices.find((choice) => keys.has(choice.value));
          if (chosen) onChange(chosen.value);
        }}
      >
        {choices.map((choice) => (
          <ToggleButton key={choice.value} id={choice.value} className="segment">
            {choice.name}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}
