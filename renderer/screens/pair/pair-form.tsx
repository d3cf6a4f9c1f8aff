import { Link2, Radar } from 'lucide-react';
import { type SubmitEvent, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AppError, appError } from '../../../shared/errors.ts';
import { formatAuthority, parseAddress, parseCode, parsePosId, parseSerial } from '../../../shared/inputs.ts';
import { ProfileWarning } from '../../components/account.tsx';
import { Button } from '../../components/button.tsx';
import { WayToCode } from '../../components/device-steps.tsx';
import { PairingDrawing } from '../../components/drawings.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { CodeEntry, ConnectionChoice, TextEntry } from '../../components/fields.tsx';
import { Fold } from '../../components/fold.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { usePasteAnywhere } from '../../hooks/use-paste-anywhere.ts';
import { useActions, useAppState, useModel } from '../../state/context.tsx';
import { type DraftField, fieldOf } from '../../state/draft.ts';
import { typedCode } from '../../state/setup-code.ts';
import { SearchInForm } from '../search/search-in-form.tsx';
import { CodeHint, Countdown } from './countdown.tsx';
import { KnownDevice } from './pair-known.tsx';
import { TillWarning } from './till-warning.tsx';

const FIELDS = ['address', 'code', 'posId', 'serial'] as const satisfies readonly DraftField[];

/** The same validators as the main process; an empty field left behind is only an error at submit. */
function check(field: DraftField, text: string): AppError | undefined {
  const parse = { address: parseAddress, code: parseCode, posId: parsePosId, serial: parseSerial }[field];
  const parsed = parse(text);
  return parsed.ok ? undefined : parsed.error;
}

type FieldErrors = Partial<Record<DraftField, AppError>>;

export function PairForm() {
  const { t } = useTranslation();
  const actions = useActions();
  const { draft, code, navigation, attempt } = useModel();
  // The handlers below see this, never the code that is held.
  const texts: Record<DraftField, string> = { ...draft, code: typedCode(code) };
  const { place } = navigation;
  const focus = place.name === 'pair' ? place.focus : null;
  const { current } = attempt;
  const refusal = current.state === 'refused' ? current.error : null;
  const { storageProblem, rootCas, offered, pairings, policy } = useAppState();
  const hasRootCa = rootCas.length > 0;
  const known = pairings.find(({ id }) => id === draft.replaces);
  const again = known !== undefined;
  const [errors, setErrors] = useState<FieldErrors>(() => {
    const field = refusal && fieldOf(refusal);
    return field ? { [field]: refusal } : {};
  });
  const [isMoreOpen, setMoreOpen] = useState(false);
  const [isSearchOpen, setSearchOpen] = useState(false);
  // Of a known device only the code is asked for; the rest becomes a field where there is a reason to change it.
  const [addressOpen, setAddressOpen] = useState(!again);
  const [posIdOpen, setPosIdOpen] = useState(!again);
  const inputs = {
    address: useRef<HTMLInputElement>(null),
    code: useRef<HTMLInputElement>(null),
    posId: useRef<HTMLInputElement>(null),
    serial: useRef<HTMLInputElement>(null),
  };
  const starting = current.state === 'starting';
  const blocked = storageProblem !== null || !hasRootCa;

  // A refusal arrives while the form is shown: mark its field and go there.
  const refs = useRef(inputs);
  const goTo = useCallback((field: DraftField) => {
    if (field === 'serial') setMoreOpen(true);
    if (field === 'address') setAddressOpen(true);
    if (field === 'posId') setPosIdOpen(true);
    requestAnimationFrame(() => refs.current[field].current?.focus());
  }, []);
  useEffect(() => {
    const field = refusal ? fieldOf(refusal) : focus;
    if (refusal && field) setErrors({ [field]: refusal });
    if (field) goTo(field);
  }, [refusal, focus, goTo]);

  // A device was chosen from the search below the address: it is answered, and so is what was wrong with the address.
  const shownPlace = useRef(place);
  useEffect(() => {
    if (shownPlace.current === place) return;
    shownPlace.current = place;
    if (refusal || !focus) return;
    setSearchOpen(false);
    setErrors({});
    goTo(focus);
  }, [place, refusal, focus, goTo]);

  const setError = (field: DraftField, error: AppError | undefined) =>
    setErrors(({ [field]: _old, ...others }) => (error ? { ...others, [field]: error } : others));

  const onBlur = (field: DraftField) => () => {
    if (texts[field] === '') return setError(field, undefined);
    setError(field, check(field, texts[field]));
    if (field === 'address') tidyAddress();
  };

  /** Shows what was understood, for example of the device's own line with two addresses. */
  const tidyAddress = () => {
    const parsed = parseAddress(draft.address, policy.port);
    if (parsed.ok) actions.changeDraft({ address: formatAuthority(parsed.value) });
  };

  usePasteAnywhere((text) => {
    if (parseCode(text).ok) {
      actions.typeCode(text);
      goTo('code');
      // A bare word could be anything; an address has dots or colons.
    } else if (/[.:]/.test(text) && parseAddress(text).ok) {
      actions.typeAddress(text);
      goTo('address');
    }
  });

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (starting || blocked) return;
    const found: FieldErrors = {};
    for (const field of FIELDS) {
      const error = check(field, texts[field]);
      if (error) found[field] = error;
    }
    setErrors(found);
    const first = FIELDS.find((field) => found[field]);
    if (first) return goTo(first);
    tidyAddress();
    void actions.startPairing(false);
  };

  const more = (
    <Fold
      className="more-fold"
      title={
        draft.serial !== '' && !again && !isMoreOpen
          ? t('facts.serialNumberValue', { serial: draft.serial })
          : t('pair.more')
      }
      isExpanded={isMoreOpen}
      onExpandedChange={setMoreOpen}
    >
      <div className="more-fields">
        {!again && (
          <TextEntry
            label={t('pair.serial')}
            hint={t('pair.serialHint')}
            value={draft.serial}
            onChange={(serial) => actions.changeDraft({ serial })}
            onBlur={onBlur('serial')}
            error={errors.serial}
            inputRef={inputs.serial}
            mono
          />
        )}
        <ConnectionChoice
          value={draft.transport}
          onChange={(transport) => actions.changeDraft({ transport })}
        />
      </div>
    </Fold>
  );

  const problem = storageProblem ?? refusal ?? (hasRootCa ? null : appError('root-ca-missing'));

  return (
    <Screen
      title={again ? t('pair.titleAgain') : t('pair.title')}
      intro={again ? t('pair.introAgain') : t('pair.intro')}
      focusHeading={focus === null}
      className="pair-screen"
    >
      {problem && (
        <ErrorPanel
          key={problem.code}
          error={problem}
          compact
          actions={
            !hasRootCa ? (
              <Button look="primary" onPress={() => actions.go({ name: 'root-ca', next: 'pair' })}>
                {t('actions.choose-root-ca')}
              </Button>
            ) : null
          }
        />
      )}
      <ProfileWarning />
      <TillWarning address={draft.address} replaces={draft.replaces} />
      <form className="pair-form" onSubmit={onSubmit} noValidate autoComplete="off">
        <div className="columns columns-drawing">
          <div className="pair-fields">
            <WayToCode />
            {known && (
              <KnownDevice
                pairing={known}
                draft={draft}
                editing={{ address: addressOpen, posId: posIdOpen }}
                onEditAddress={() => goTo('address')}
              />
            )}
            {addressOpen && (
              <div className="address-row">
                <TextEntry
                  number={1}
                  label={t('pair.address')}
                  hint={
                    offered?.address === draft.address ? (
                      <span className="hint-demo">{t('pair.simulated')}</span>
                    ) : (
                      t('pair.addressHint')
                    )
                  }
                  placeholder={t('pair.addressPlaceholder')}
                  value={draft.address}
                  onChange={actions.typeAddress}
                  onBlur={onBlur('address')}
                  error={errors.address}
                  inputRef={inputs.address}
                  mono
                />
                {hasRootCa && (
                  <div className="search-link">
                    <Button
                      icon={Radar}
                      aria-expanded={isSearchOpen}
                      onPress={() => setSearchOpen(!isSearchOpen)}
                    >
                      {t('pair.find')}
                    </Button>
                  </div>
                )}
              </div>
            )}
            {addressOpen && isSearchOpen && <SearchInForm onClose={() => setSearchOpen(false)} />}
            <CodeEntry
              number={2}
              label={t('pair.code')}
              hint={<CodeHint shownAt={code.shownAt} hint={t('pair.codeHint')} />}
              value={texts.code}
              onChange={actions.typeCode}
              onBlur={onBlur('code')}
              isHidden={starting}
              error={errors.code}
              inputRef={inputs.code}
              aside={
                code.shownAt !== null && (
                  <Countdown
                    shownAt={code.shownAt}
                    onNewCode={() => {
                      actions.renewCode();
                      setError('code', undefined);
                      inputs.code.current?.focus();
                    }}
                  />
                )
              }
            />
            {!posIdOpen && addressOpen && more}
            {posIdOpen && (
              <div className="pos-row">
                <TextEntry
                  number={3}
                  label={t('pair.posId')}
                  hint={t('pair.posIdHint')}
                  value={draft.posId}
                  onChange={(posId) => actions.changeDraft({ posId })}
                  onBlur={onBlur('posId')}
                  error={errors.posId}
                  inputRef={inputs.posId}
                />
                {more}
              </div>
            )}
          </div>
          <PairingDrawing />
        </div>
        <ActionBar
          start={
            <Button size="large" onPress={() => actions.go({ name: 'home' })}>
              {t('common.back')}
            </Button>
          }
        >
          {storageProblem && (
            <p id="pair-blocked" className="action-reason">
              {t('pair.blocked')}
            </p>
          )}
          {!storageProblem && !hasRootCa && (
            <p id="pair-blocked" className="action-reason">
              {t('pair.rootCaNeeded')}
            </p>
          )}
          <Button
            type="submit"
            look="primary"
            size="large"
            icon={Link2}
            busy={starting}
            isDisabled={blocked}
            {...(blocked ? { 'aria-describedby': 'pair-blocked' } : {})}
          >
            {starting ? t('pair.starting') : t('pair.submit')}
          </Button>
        </ActionBar>
      </form>
    </Screen>
  );
}
