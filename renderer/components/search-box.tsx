import { Search, X } from 'lucide-react';
import type { Ref } from 'react';
import { Button, Input, Label, SearchField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';

interface SearchBoxProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly maxLength?: number;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly className?: string;
}

/** Narrows down a list by what is typed. */
export function SearchBox({ label, placeholder, inputRef, className = '', ...field }: SearchBoxProps) {
  const { t } = useTranslation();
  return (
    <SearchField className={`search-box ${className}`} {...field}>
      <Label className="visually-hidden">{label}</Label>
      <Search className="search-box-icon" aria-hidden="true" />
      <Input className="input" placeholder={placeholder} {...(inputRef && { ref: inputRef })} />
      <Button className="button button-quiet search-box-clear" aria-label={t('common.clearSearch')}>
        <X className="button-icon" aria-hidden="true" />
      </Button>
    </SearchField>
  );
}
