import { Check, WifiOff } from 'lucide-react';
import { Checkbox, CheckboxGroup, Label } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { SearchRange } from '../../../shared/search.ts';
import { Button } from '../../components/button.tsx';
import { useFormats } from '../../format.ts';
import type { Loaded } from '../../hooks/use-loaded.ts';

interface RangesProps {
  readonly plan: Loaded<{ readonly ranges: readonly SearchRange[] }>;
  readonly leftOut: ReadonlySet<string>;
  readonly isDisabled: boolean;
  readonly onChange: (leftOut: ReadonlySet<string>) => void;
  readonly onRetry: () => void;
}

/** Where the search looks. Of several networks, some can be left out. */
export function Ranges({ plan, leftOut, isDisabled, onChange, onRetry }: RangesProps) {
  const { t } = useTranslation();
  if (plan.state === 'loading') return <p className="muted">{t('search.planning')}</p>;
  if (plan.state === 'failed') return <Button onPress={onRetry}>{t('search.lookAgain')}</Button>;
  const { ranges } = plan.value;
  const [only, ...others] = ranges;
  if (!only) return <NoNetwork onRetry={onRetry} />;
  if (others.length === 0)
    return (
      <div>
        <Range range={only} />
      </div>
    );
  return (
    <CheckboxGroup
      className="search-ranges"
      value={ranges.map(({ cidr }) => cidr).filter((cidr) => !leftOut.has(cidr))}
      onChange={(chosen) =>
        onChange(new Set(ranges.map(({ cidr }) => cidr).filter((cidr) => !chosen.includes(cidr))))
      }
      isDisabled={isDisabled}
    >
      <Label className="visually-hidden">{t('search.where')}</Label>
      {ranges.map((range) => (
        <Checkbox key={range.cidr} value={range.cidr} className="checkbox">
          <span className="checkbox-box" aria-hidden="true">
            <Check />
          </span>
          <Range range={range} />
        </Checkbox>
      ))}
    </CheckboxGroup>
  );
}

/** Nowhere to look: said instead of a search that tries no address. */
export function NoNetwork({ onRetry }: { readonly onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="search-offline" role="status">
      <WifiOff aria-hidden="true" />
      <p>{t('search.noNetwork')}</p>
      <Button onPress={onRetry}>{t('search.lookAgain')}</Button>
    </div>
  );
}

function Range({ range: { cidr, interfaceName, hostCount } }: { readonly range: SearchRange }) {
  const { t } = useTranslation();
  const format = useFormats();
  return (
    <span className="search-range-text">
      <span className="mono">{cidr}</span>
      <span className="fact-more">
        {t('search.range', {
          count: hostCount,
          number: format.number(hostCount),
          network: interfaceName,
        })}
      </span>
    </span>
  );
}
