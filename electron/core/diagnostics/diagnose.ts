import { channel } from 'node:diagnostics_channel';
import type { DiagnosedEvent, DiagnosticEvent } from './event.ts';

/**
 * Node's own channel for this: who connects need not know who listens, nor pass anything on, and without a listener
 * it costs nothing.
 */
const events = channel('pos-pairing');

/** Whether anybody listens: to be asked before facts are gathered for nobody. */
export const isDiagnosed = (): boolean => events.hasSubscribers;

/** Tells whoever listens. Never throws. */
export function diagnose(event: DiagnosticEvent): void {
  if (!events.hasSubscribers) return;
  const diagnosed: DiagnosedEvent = { at: new Date().toISOString(), ...event };
  events.publish(diagnosed);
}

/** Hears of every event from now on; returns the function that ends that. What `listener` throws is dropped. */
export function onDiagnosis(listener: (event: DiagnosedEvent) => void): () => void {
  const heard = (message: unknown) => {
    try {
      // Only diagnose() publishes here.
      listener(message as DiagnosedEvent);
    } catch {
      // No diagnosis may break what it looks at.
    }
  };
  events.subscribe(heard);
  return () => {
    events.unsubscribe(heard);
  };
}
