import { useState } from 'react';
import type { AppError } from '../../../shared/errors.ts';
import type { Result } from '../../../shared/result.ts';
import type { RootCaPreview } from '../../../shared/root-ca.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useActions } from '../../state/context.tsx';
import { type Origin, placeOf } from '../../state/navigation.ts';
import { LoadRootCa } from './load-root-ca.tsx';
import { PreviewRootCa } from './preview-root-ca.tsx';

/** Trusting the Root CA: load, check, confirm. Nothing is trusted without the last step. */
export function RootCaScreen({ next }: { readonly next: Origin }) {
  const { go, previewRootCa } = useActions();
  const [preview, setPreview] = useState<RootCaPreview | null>(null);
  const [refusal, setRefusal] = useState<AppError | null>(null);
  const reading = useAction(
    async (readBytes: () => Promise<Result<Uint8Array<ArrayBuffer>>>): Promise<Result<RootCaPreview>> => {
      const bytes = await readBytes();
      return bytes.ok ? previewRootCa(bytes.value) : bytes;
    },
  );
  const leave = () => go(placeOf(next));

  if (preview) {
    return (
      <PreviewRootCa
        // A second file starts with nothing chosen.
        key={preview.candidates.map(({ root }) => root.fingerprint256).join()}
        preview={preview}
        onBack={() => setPreview(null)}
        onFailed={(error) => {
          setPreview(null);
          setRefusal(error);
        }}
        onDone={leave}
      />
    );
  }
  return (
    <LoadRootCa
      error={reading.error ?? refusal}
      isReading={reading.isBusy}
      read={async (readBytes) => {
        setRefusal(null);
        const read = await reading.run(readBytes);
        if (read.ok) setPreview(read.value);
      }}
      onBack={leave}
    />
  );
}
