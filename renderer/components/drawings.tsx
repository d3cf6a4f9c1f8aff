import { type SVGTextElementAttributes, useLayoutEffect, useRef } from 'react';
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
          <span className="badge" aria-hidden="true">
            1
          </span>
          {t('drawing.legend.address')}
        </li>
        <li>
          <span className="badge" aria-hidden="true">
            2
          </span>
          {t('drawing.legend.code')}
        </li>
        <li>
          <span className="badge" aria-hidden="true">
            3
          </span>
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

/** What the device shows when it agrees that the pairing succeeded. */
export function SuccessDrawing() {
  const { t } = useTranslation();
  return (
    <svg className="success-drawing" viewBox="0 0 214 300" role="img" aria-label={t('drawing.successLabel')}>
      <DeviceBody />
      <circle className="draw-ok" cx="107" cy="110" r="34" />
      <path className="draw-tick" d="M91 111l11 11 21-23" />
      <Fitted room={150} className="draw-title" x="107" y="176">
        {t('drawing.successTitle')}
      </Fitted>
      <rect className="draw-button" x="50" y="214" width="114" height="34" rx="8" />
      <Fitted room={102} className="draw-button-text" x="107" y="236">
        {t('drawing.successClose')}
      </Fitted>
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
