import { KeyRound, Save } from 'lucide-react';
import { type SubmitEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type BridgeView, parseBridgePort, parseMessageLimit, parseOrigins } from '../../../shared/bridge.ts';
import type { AppError } from '../../../shared/errors.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { TextEntry } from '../../components/fields.tsx';
import { QuestionDialog } from '../../components/question-dialog.tsx';
import { Announcement } from '../../components/screen.tsx';
import { Switch } from '../../components/switch.tsx';
import { useTillConnected } from '../../components/till-consequence.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions, useAppState } from '../../state/context.tsx';
import { BridgeStatus } from './bridge-status.tsx';
import { EndTillDialog } from './end-till-dialog.tsx';
import { endsTill } from './ends-till.ts';

interface BridgeSetupProps {
  readonly id: string;
  readonly view: BridgeView;
  readonly startsWithComputer: boolean | null;
}

const FIELDS = ['port', 'origins', 'messageLimitKib'] as const;
type Field = (typeof FIELDS)[number];
type Texts = Readonly<Record<Field, string>>;

/** The same validators as the main process. */
const PARSERS = { port: parseBridgePort, origins: parseOrigins, messageLimitKib: parseMessageLimit };

const FIELD_OF_ERROR: Partial<Record<AppError['code'], Field>> = {
  'bridge-port-invalid': 'port',
  'bridge-port-in-use': 'port',
  'bridge-cannot-listen': 'port',
  'bridge-origin-invalid': 'origins',
  'bridge-limit-invalid': 'messageLimitKib',
};

function errorOf(field: Field, text: string): AppError | undefined {
  const parsed = PARSERS[field](text);
  return parsed.ok ? undefined : parsed.error;
}

const textsOf = ({ settings }: BridgeView): Texts => ({
  port: settings.port === null ? '' : String(settings.port),
  origins: settings.origins.join(' '),
  messageLimitKib: String(settings.messageLimitKib),
});

export function BridgeSetup({ id, view, startsWithComputer }: BridgeSetupProps) {
  const { t } = useTranslation();
  const { configureBridge } = useActions();
  const [texts, setTexts] = useState<Texts>(() => textsOf(view));
  const [errors, setErrors] = useState<Partial<Record<Field, AppError>>>({});
  /** A token that was just made: here until the screen is left, and nowhere else. */
  const [fresh, setFresh] = useState<string | null>(null);
  const inputs = {
    port: useRef<HTMLInputElement>(null),
    origins: useRef<HTMLInputElement>(null),
    messageLimitKib: useRef<HTMLInputElement>(null),
  };
  // Its value stays in the state as long as the screen is shown, so there is no token in it.
  const saving = useAction(async (on: boolean): Promise<Result<'saved'>> => {
    const saved = await configureBridge({ pairingId: id, on, ...texts });
    if (!saved.ok) return saved;
    setTexts(textsOf(saved.value.view));
    if (saved.value.token !== null) setFresh(saved.value.token);
    return ok('saved');
  });
  /** What is saved once it was said that the POS software may be disconnected. */
  const [asked, setAsked] = useState<boolean | null>(null);
  const { on } = view.settings;

  const check = (turnedOn: boolean) => {
    if (saving.isBusy) return;
    const found = Object.fromEntries(
      FIELDS.flatMap((field) => {
        const error = errorOf(field, texts[field]);
        return error ? [[field, error]] : [];
      }),
    ) as Partial<Record<Field, AppError>>;
    setErrors(found);
    const wrong = FIELDS.find((field) => found[field]);
    if (wrong) {
      inputs[wrong].current?.focus();
      return;
    }
    if (endsTill(view, { on: turnedOn, ...texts })) setAsked(turnedOn);
    else void save(turnedOn);
  };
  const save = async (turnedOn: boolean) => {
    const saved = await saving.run(turnedOn);
    if (saved.ok) return;
    const field = FIELD_OF_ERROR[saved.error.code];
    if (field) setErrors({ [field]: saved.error });
  };
  const entry = (field: Field) => ({
    value: texts[field],
    onChange: (text: string) => {
      setTexts({ ...texts, [field]: text });
      setErrors(({ [field]: _old, ...others }) => others);
    },
    onBlur: () => {
      const error = errorOf(field, texts[field]);
      if (error) setErrors({ ...errors, [field]: error });
    },
    error: errors[field],
    inputRef: inputs[field],
  });

  return (
    <div className="columns columns-even">
      <div className="stack">
        <BridgeStatus view={view} />
        <ForSoftware id={id} view={view} fresh={fresh} onFresh={setFresh} />
      </div>
      <form
        className="card settings-group bridge-form"
        aria-labelledby="bridge-choices"
        onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
          event.preventDefault();
          check(on);
        }}
        noValidate
      >
        <h2 id="bridge-choices">{t('bridge.choices')}</h2>
        <Switch
          label={t('bridge.on')}
          note={t('bridge.onNote')}
          // What was asked for, until it is so.
          isSelected={saving.args?.[0] ?? on}
          onChange={check}
        />
        <StartWithComputer isOn={startsWithComputer} />
        <div className="bridge-fields">
          <TextEntry
            label={t('bridge.origins')}
            hint={t('bridge.originsHint')}
            placeholder="https://"
            mono
            {...entry('origins')}
          />
          <div className="bridge-numbers">
            <TextEntry label={t('bridge.port')} hint={t('bridge.portHint')} mono {...entry('port')} />
            <TextEntry
              label={t('bridge.limit')}
              hint={t('bridge.limitHint')}
              mono
              {...entry('messageLimitKib')}
            />
          </div>
        </div>
        {saving.error && !FIELD_OF_ERROR[saving.error.code] && (
          <ErrorPanel error={saving.error} headingLevel={3} compact />
        )}
        <div className="setting-buttons">
          <Button type="submit" icon={Save} busy={saving.isBusy}>
            {t('bridge.save')}
          </Button>
          <Announcement>{saving.value ? t('bridge.saved') : ''}</Announcement>
        </div>
      </form>
      {asked !== null && (
        <EndTillDialog
          onClose={() => setAsked(null)}
          onConfirm={() => {
            setAsked(null);
            void save(asked);
          }}
        />
      )}
    </div>
  );
}

/** Of the whole app, whatever the bridge; the operating system keeps it. */
function StartWithComputer({ isOn }: { readonly isOn: boolean | null }) {
  const { t } = useTranslation();
  const { setStartsWithComputer } = useActions();
  const { policy } = useAppState();
  const [shown, setShown] = useState(isOn);
  const change = useAction(setStartsWithComputer);
  if (shown === null) return null;
  return (
    <>
      <Switch
        label={t('bridge.autostart')}
        note={t('bridge.autostartNote')}
        isSelected={change.args?.[0] ?? shown}
        isManaged={policy.managesAutostart}
        onChange={async (turnedOn) => {
          if (change.isBusy) return;
          const changed = await change.run(turnedOn);
          if (changed.ok) setShown(turnedOn);
        }}
      />
      {change.error && <ErrorPanel error={change.error} headingLevel={3} compact />}
    </>
  );
}

interface ForSoftwareProps {
  readonly id: string;
  readonly view: BridgeView;
  readonly fresh: string | null;
  readonly onFresh: (token: string | null) => void;
}

/** What has to be entered into the POS software. */
function ForSoftware({ id, view, fresh, onFresh }: ForSoftwareProps) {
  const { t } = useTranslation();
  const { replaceBridgeToken } = useActions();
  const [isAsking, setAsking] = useState(false);
  const renewal = useAction(async (): Promise<Result<'renewed'>> => {
    const renewed = await replaceBridgeToken(id);
    if (!renewed.ok) return renewed;
    onFresh(renewed.value.token);
    return ok('renewed');
  });
  const isTillConnected = useTillConnected([{ id }]);
  const { port } = view.settings;
  const address = port === null ? null : `ws://127.0.0.1:${port}`;
  const renew = async () => {
    const renewed = await renewal.run();
    if (renewed.ok) setAsking(false);
  };
  return (
    <section className="card settings-group" aria-labelledby="bridge-software">
      <h2 id="bridge-software">{t('bridge.forSoftware')}</h2>
      <Facts className="facts bridge-facts">
        {address ? (
          <Fact label={t('bridge.address')} copy={address} mono isWide>
            {address}
          </Fact>
        ) : (
          <Fact label={t('bridge.address')}>–</Fact>
        )}
        {fresh === null && (
          <Fact label={t('bridge.token')} isWide>
            {view.hasToken ? t('bridge.tokenMade') : t('bridge.tokenNone')}
          </Fact>
        )}
      </Facts>
      {fresh !== null && (
        <section className="bridge-token" aria-label={t('bridge.token')}>
          <p>{t('bridge.tokenOnce')}</p>
          <p className="mono bridge-token-text" data-bridge-token>
            {fresh}
          </p>
          <div className="setting-buttons">
            <CopyButton text={fresh} what={t('bridge.token')} />
            <Button look="quiet" onPress={() => onFresh(null)}>
              {t('common.dismiss')}
            </Button>
          </div>
        </section>
      )}
      {view.hasToken && (
        <div className="setting-buttons">
          <Button icon={KeyRound} onPress={() => setAsking(true)}>
            {t('bridge.renew')}
          </Button>
        </div>
      )}
      {isAsking && (
        <QuestionDialog
          title={t('bridge.renewTitle')}
          confirm={t('bridge.renewConfirm')}
          isBusy={renewal.isBusy}
          onClose={() => setAsking(false)}
          onConfirm={() => void renew()}
        >
          <p>{t('bridge.renewText')}</p>
          {isTillConnected && <p>{t('bridge.endWarning')}</p>}
          {renewal.error && <ErrorPanel error={renewal.error} headingLevel={3} compact />}
        </QuestionDialog>
      )}
    </section>
  );
}
