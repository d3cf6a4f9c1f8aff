import { type ReactNode, type SVGTextElementAttributes, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

interface FittedProps extends SVGTextElementAttributes<SVGTextElement> {
  /** How wide the text may be, in the drawing's units. */
  readonly room: number;
}

/** Text in a drawing: where a language needs more room than there is, its letters become narrower. */
function Fitted({ room, ...text }: FittedProps) {
  const element = useRef<SVGTextElement>(null);
  useLayoutEffect(() => {
    const { current } = element;
    current?.removeAttribute('textLength');
    if (current && current.getComputedTextLength() > room) current.setAttribute('textLength', `${room}`);
  });
  return <text {...text} ref={element} lengthAdjust="spacingAndGlyphs" data-room={room} />;
}

function Callout({ x, y, number }: { readonly x: number; readonly y: number; readonly number: number }) {
  return (
    <g>
      <circle className="draw-callout" cx={x} cy={y} r="13" />
      <text className="draw-callout-text" x={x} y={y + 5}>
        {number}
      </text>
    </g>
  );
}

function DeviceBody() {
  return (
    <>
      <path className="draw-paper" d="M62 20V7q0-3 3-3h84q3 0 3 3v13z" />
      <rect className="draw-body" x="14" y="14" width="186" height="282" rx="22" />
      <rect className="draw-slot" x="54" y="20" width="106" height="4" rx="2" />
      <rect className="draw-screen" x="26" y="34" width="162" height="236" rx="8" />
      <rect className="draw-slot" x="85" y="280" width="44" height="5" rx="2.5" />
    </>
  );
}

/** Own drawing of the screen that shows the address and the code; the numbers are those of the fields. */
export function PairingDrawing() {
  const { t } = useTranslation();
  return (
    <figure className="drawing">
      <svg viewBox="0 0 304 300" role="img" aria-label={t('drawing.label')}>
        <DeviceBody />
        <path className="draw-bar" d="M26 42q0-8 8-8h146q8 0 8 8v22H26z" />
        <Fitted room={150} className="draw-title" x="107" y="53">
          {t('drawing.screenTitle')}
        </Fitted>
        <Fitted room={140} className="draw-small" x="38" y="86">
          {t('drawing.details')}
        </Fitted>
        <rect className="draw-box" x="34" y="92" width="146" height="44" rx="6" />
        <Fitted room={133} className="draw-mono" x="41" y="110">
          {t('drawing.addressLine1')}
        </Fitted>
        <Fitted room={133} className="draw-mono" x="41" y="126">
          {t('drawing.addressOr')}
        </Fitted>
        <rect className="draw-box draw-box-strong" x="34" y="156" width="146" height="48" rx="6" />
        <Fitted room={134} className="draw-code" x="107" y="188">
          {t('drawing.sampleCode')}
        </Fitted>
        <circle className="draw-ring-track" cx="63" cy="236" r="9" />
        <circle
          className="draw-ring"
          cx="63"
          cy="236"
          r="9"
          pathLength="100"
          strokeDasharray="90 100"
          transform="rotate(-90 63 236)"
        />
        <Fitted room={102} className="draw-small" x="80" y="240">
          {t('drawing.expires')}
        </Fitted>

        <path className="draw-lead" d="M180 114h42" />
        <Callout x={235} y={114} number={1} />
        <path className="draw-lead" d="M180 180h42" />
        <Callout x={235} y={180} number={2} />

        <path className="draw-link" d="M200 262h26" />
        <rect className="draw-body" x="226" y="228" width="70" height="48" rx="7" />
        <rect className="draw-screen" x="232" y="234" width="58" height="36" rx="3" />
        <path className="draw-stand" d="M261 276v10M244 288h34" />
        <Callout x={261} y={252} number={3} />
      </svg>
      <ol className="legend">
        <li>
          <span className="badge">1</span>
          {t('drawing.legend.address')}
        </li>
        <li>
          <span className="badge">2</span>
          {t('drawing.legend.code')}
        </li>
        <li>
          <span className="badge">3</span>
          {t('drawing.legend.posId')}
        </li>
      </ol>
    </figure>
  );
}

/** The back of the device, with the label that carries the serial number. */
export function SerialDrawing() {
  const { t } = useTranslation();
  return (
    <svg className="serial-drawing" viewBox="0 0 120 150" role="img" aria-label={t('drawing.backLabel')}>
      <rect className="draw-body" x="18" y="6" width="84" height="138" rx="14" />
      <rect className="draw-slot" x="40" y="14" width="40" height="4" rx="2" />
      <rect className="draw-box" x="30" y="30" width="60" height="34" rx="4" />
      <path className="draw-stand" d="M38 42h44M38 52h30" />
      <rect className="draw-box draw-box-strong" x="30" y="82" width="60" height="40" rx="4" />
      <Fitted room={52} className="draw-small draw-middle" x="60" y="97">
        {t('drawing.serialShort')}
      </Fitted>
      <path
        className="draw-barcode"
        d="M37 103v13M40 103v13M45 103v13M48 103v13M50 103v13M55 103v13M60 103v13M63 103v13M68 103v13M70 103v13M75 103v13M79 103v13M83 103v13"
      />
    </svg>
  );
}

/** Register and device with signals going to and fro, while the app is at work. */
export function LinkDrawing() {
  return (
    <svg className="link-drawing" viewBox="0 0 220 96" aria-hidden="true" focusable="false">
      <rect className="draw-body" x="6" y="12" width="72" height="54" rx="8" />
      <rect className="draw-screen" x="13" y="19" width="58" height="40" rx="3" />
      <path className="draw-stand" d="M42 66v14M24 82h36" />
      <path className="draw-link" d="M90 46h68" />
      <circle className="link-dot" cx="94" cy="46" r="5" />
      <rect className="draw-body" x="168" y="6" width="44" height="80" rx="10" />
      <rect className="draw-screen" x="174" y="14" width="32" height="58" rx="4" />
    </svg>
  );
}

export type DeviceStep = 'app' | 'menu' | 'stay' | 'close' | 'status' | 'connect';

/** The device's screen at one step, small: the words beside it say the same, so that it is only for the eye. */
export function StepDrawing({ step }: { readonly step: DeviceStep }) {
  return (
    <svg className="step-drawing" viewBox="0 0 72 92" aria-hidden="true" focusable="false">
      <rect className="draw-body" x="3" y="2" width="66" height="88" rx="9" />
      <rect className="draw-screen" x="8" y="8" width="56" height="72" rx="4" />
      <rect className="draw-slot" x="28" y="83.5" width="16" height="3" rx="1.5" />
      <StepScreen step={step} />
    </svg>
  );
}

const TILES = [16, 31, 46] as const;

function StepScreen({ step }: { readonly step: DeviceStep }) {
  const { t } = useTranslation();
  switch (step) {
    case 'app':
      return (
        <>
          {TILES.map((x) => (
            <rect key={x} className="draw-box" x={x} y="15" width="10" height="10" rx="3" />
          ))}
          <rect className="draw-button" x="16" y="30" width="10" height="10" rx="3" />
          <rect className="draw-box" x="31" y="30" width="10" height="10" rx="3" />
          <rect className="draw-box" x="46" y="30" width="10" height="10" rx="3" />
          <circle className="draw-tap" cx="21" cy="35" r="10" />
          <rect className="draw-box" x="14" y="54" width="44" height="15" rx="4" />
          {[22, 31, 40, 49].map((x) => (
            <circle key={x} className="draw-ink" cx={x + 0.5} cy="61.5" r="2.25" />
          ))}
        </>
      );
    case 'menu':
      return (
        <MenuScreen>
          <circle className="draw-tap" cx="36" cy="44.5" r="10" />
        </MenuScreen>
      );
    case 'stay':
      return (
        <>
          <ScreenBar />
          <path className="draw-line" d="M14 28h40M14 34h32" />
          <rect className="draw-box draw-box-strong" x="13" y="42" width="46" height="15" rx="4" />
          <path className="draw-line draw-line-strong" d="M18 49.5h5M26.5 49.5h5M35 49.5h5M43.5 49.5h5" />
          <circle className="draw-ring-track" cx="36" cy="69" r="5" />
          <circle
            className="draw-ring"
            cx="36"
            cy="69"
            r="5"
            pathLength="100"
            strokeDasharray="75 100"
            transform="rotate(-90 36 69)"
          />
        </>
      );
    case 'close':
      return (
        <>
          <circle className="draw-ok" cx="36" cy="29" r="11" />
          <path className="draw-tick" d="M30.5 29.5l4 4 7.5-8.5" />
          <rect className="draw-button" x="15" y="52" width="42" height="15" rx="4" />
          <Fitted room={36} className="draw-step-button" x="36" y="62">
            {t('drawing.successClose')}
          </Fitted>
        </>
      );
    case 'status':
      return (
        <MenuScreen>
          <Fitted room={42} className="draw-step-text" x="36" y="47">
            {t('drawing.deviceStatus')}
          </Fitted>
        </MenuScreen>
      );
    case 'connect':
      return (
        <>
          <ScreenBar />
          <circle className="draw-ok" cx="36" cy="33" r="8" />
          <path className="draw-tick" d="M32.2 33.3l2.8 2.8 5-5.8" />
          <Fitted room={50} className="draw-step-text" x="36" y="49">
            {t('drawing.deviceConnected')}
          </Fitted>
          <rect className="draw-button" x="12" y="57" width="48" height="15" rx="4" />
          <Fitted room={43} className="draw-step-button" x="36" y="67">
            {t('drawing.connectDevice')}
          </Fitted>
        </>
      );
  }
}

const ScreenBar = () => <path className="draw-bar" d="M8 12q0-4 4-4h48q4 0 4 4v8H8z" />;

/** A menu whose middle entry is the one to tap. */
function MenuScreen({ children }: { readonly children: ReactNode }) {
  return (
    <>
      <ScreenBar />
      <path className="draw-line" d="M15 30h30" />
      <rect className="draw-box draw-box-strong" x="12" y="37" width="48" height="15" rx="4" />
      <path className="draw-line" d="M15 60h34M15 69h26" />
      {children}
    </>
  );
}
