import type { DoctorSubject } from './doctor.ts';
import { type DraftField, fieldOf } from './draft.ts';
import type { Event } from './model.ts';

/** Where the user is. Within `pair`, the attempt says which of its views is shown. */
export type Place =
  | { readonly name: 'home' }
  /** `focus`: the field the form puts the focus on; null means its heading. */
  | { readonly name: 'pair'; readonly focus: DraftField | null }
  /** `next`: where trusting the certificate, or going back, leads to. */
  | { readonly name: 'root-ca'; readonly next: Origin }
  | { readonly name: 'device'; readonly id: string }
  /** Handing a pairing over to POS software. */
  | { readonly name: 'kit'; readonly id: string }
  | { readonly name: 'doctor'; readonly subject: DoctorSubject }
  /** `id`: of the pairing. */
  | { readonly name: 'bridge'; readonly id: string }
  | { readonly name: 'search' }
  | { readonly name: 'history' }
  | { readonly name: 'settings' };

/** A screen that a detour leads back to. */
export type Origin = 'home' | 'pair' | 'search' | 'settings';

export function placeOf(origin: Origin): Place {
  switch (origin) {
    case 'pair':
      return { name: 'pair', focus: null };
    default:
      return { name: origin };
  }
}

/** A dialog that can lie over any screen. */
export type AppDialog = 'about' | 'shortcuts' | 'support-report';

export interface Navigation {
  readonly place: Place;
  readonly dialog: AppDialog | null;
}

export const START: Navigation = { place: { name: 'home' }, dialog: null };

export type NavigationEvent =
  | { readonly type: 'went'; readonly place: Place }
  | { readonly type: 'dialog-changed'; readonly dialog: AppDialog | null };

/** Whether the pairing form is there, or at the end of a detour: what has been typed into it is kept. */
export const leadsToForm = (place: Place): boolean =>
  place.name === 'pair' ||
  (place.name === 'root-ca' && place.next === 'pair') ||
  (place.name === 'doctor' && place.subject.of === 'address');

const openForm = (navigation: Navigation, focus: DraftField | null): Navigation => ({
  ...navigation,
  place: { name: 'pair', focus },
});

/** The pairing that a place is about, if any. */
function pairingAt(place: Place): string | undefined {
  if (place.name === 'device' || place.name === 'kit' || place.name === 'bridge') return place.id;
  return place.name === 'doctor' && place.subject.of === 'pairing' ? place.subject.id : undefined;
}

export function reduceNavigation(navigation: Navigation, event: Event): Navigation {
  switch (event.type) {
    case 'loaded':
      return {
        ...navigation,
        place: event.app.rootCas.length > 0 ? { name: 'home' } : { name: 'root-ca', next: 'pair' },
      };
    case 'went':
      return { place: event.place, dialog: null };
    case 'dialog-changed':
      return { ...navigation, dialog: event.dialog };
    case 'pair-opened':
      return { place: { name: 'pair', focus: event.again ? 'code' : null }, dialog: null };
    case 'form-reopened':
      return openForm(navigation, event.focus);
    case 'device-chosen':
      return openForm(navigation, 'code');
    case 'refused':
      return openForm(navigation, fieldOf(event.error));
    case 'pushed': {
      const { push } = event;
      return push.type === 'pairing-removed' && pairingAt(navigation.place) === push.pairingId
        ? { ...navigation, place: { name: 'home' } }
        : navigation;
    }
    default:
      return navigation;
  }
}
