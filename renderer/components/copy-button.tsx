import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../state/context.tsx';
import { Button } from './button.tsx';
import { Announcement } from './screen.tsx';

const SHOWN_MS = 2500;

interface CopyButtonProps {
  /** What must not stay in memory is fetched when it is copied. */
  readonly text: string | (() => string);
  /** Completes the accessible name where there are several. */
  readonly what?: string;
  /** Instead of "Copy". */
  readonly label?: string;
}

/** Copies through the main process. */
export function CopyButton({ text, what, label }: CopyButtonProps) {
  const { t } = useTranslation();
  const { copyText } = useActions();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <>
      <Button
        look="quiet"
        icon={copied ? Check : Copy}
        {...(what ? { 'aria-label': t('common.copyNamed', { what }) } : {})}
        onPress={async () => setCopied(await copyText(typeof text === 'string' ? text : text()))}
      >
        {copied ? t('common.copied') : (label ?? t('common.copy'))}
      </Button>
      <Announcement>{copied ? t('common.copied') : ''}</Announcement>
    </>
  );
}
