import type { Push } from '../../shared/ipc/index.ts';
import { type AttemptEvent, type AttemptSlice, isPairing, NO_ATTEMPT, reduceAttempt } from './attempt.ts';
import { type DeviceListEvent, type DeviceListSlice, reduceDeviceList, WHOLE_LIST } from './device-list.ts';
import { type DoctorEvent, type DoctorSlice, NO_DOCTOR, reduceDoctor } from './doctor.ts';
import { type Draft, type DraftEvent, EMPTY_DRAFT, reduceDraft } from './draft.ts';
import { type ManagerEvent, type ManagerSlice, NO_PIN_DIALOG, reduceManager } from './manager.ts';
import { type Mirror, type MirrorEvent, NOT_LOADED, type ReadyMirror, reduceMirror } from './mirror.ts';
import { type Navigation, type NavigationEvent, reduceNavigation, START } from './navigation.ts';
import { NO_SEARCH, reduceSearch, type SearchEvent, type SearchSlice } from './search.ts';
import { NO_CODE, reduceSetupCode, type SetupCode, type SetupCodeEvent } from './setup-code.ts';

/** All that the renderer knows. */
export interface Model {
  readonly mirror: Mirror;
  readonly navigation: Navigation;
  readonly draft: Draft;
  readonly code: SetupCode;
  readonly attempt: AttemptSlice;
  readonly search: SearchSlice;
  readonly deviceList: DeviceListSlice;
  readonly manager: ManagerSlice;
  readonly doctor: DoctorSlice;
}

export type Event =
  | MirrorEvent
  | NavigationEvent
  | DraftEvent
  | SetupCodeEvent
  | AttemptEvent
  | SearchEvent
  | DeviceListEvent
  | ManagerEvent
  | DoctorEvent;

export const INITIAL: Model = {
  mirror: NOT_LOADED,
  navigation: START,
  draft: EMPTY_DRAFT,
  code: NO_CODE,
  attempt: NO_ATTEMPT,
  search: NO_SEARCH,
  deviceList: WHOLE_LIST,
  manager: NO_PIN_DIALOG,
  doctor: NO_DOCTOR,
};

type ShowPush = Extract<Push, { type: 'show' | 'show-pairing' }>;

/** The menu, the tray or a notification asks for a screen. A pairing under way is not left for it. */
function wishOf(model: Model, { app }: ReadyMirror, push: ShowPush): Event | null {
  const { navigation, attempt, draft } = model;
  if (push.type === 'show-pairing') {
    return app.pairings.some(({ id }) => id === push.pairingId) && !isPairing(attempt)
      ? { type: 'went', place: { name: 'device', id: push.pairingId } }
      : null;
  }
  if (push.what === 'about' || push.what === 'shortcuts' || push.what === 'support-report')
    return { type: 'dialog-changed', dialog: push.what };
  if (isPairing(attempt)) return null;
  const { place } = navigation;
  switch (push.what) {
    case 'settings':
      return { type: 'went', place: { name: 'settings' } };
    case 'find-devices':
      return place.name === 'search' ? null : { type: 'went', place: { name: 'search' } };
    case 'new-pairing': {
      // What has been typed into the form is not thrown away.
      const isOpen = place.name === 'pair' && attempt.current.state !== 'ended' && draft.replaces === null;
      return isOpen ? { type: 'dialog-changed', dialog: null } : { type: 'pair-opened', again: null };
    }
  }
}

/** Every change of the renderer's state, as one pure function. */
export function reduce(model: Model, event: Event): Model {
  const { mirror } = model;
  if (event.type === 'pushed' && mirror.state === 'ready') {
    const { push } = event;
    if (push.type === 'show' || push.type === 'show-pairing') {
      const wish = wishOf(model, mirror, push);
      return wish ? reduce(model, wish) : model;
    }
  }
  // The main process's answer may come when the user has left already.
  if (event.type === 'refused' && !isPairing(model.attempt)) return model;
  const next: Model = {
    mirror: reduceMirror(mirror, event, model),
    navigation: reduceNavigation(model.navigation, event),
    draft: reduceDraft(model.draft, event, model),
    code: reduceSetupCode(model.code, event, model),
    attempt: reduceAttempt(model.attempt, event),
    search: reduceSearch(model.search, event),
    deviceList: reduceDeviceList(model.deviceList, event),
    manager: reduceManager(model.manager, event),
    doctor: reduceDoctor(model.doctor, event),
  };
  if (event.type === 'loaded' && mirror.state !== 'ready' && mirror.asked)
    return reduce(next, { type: 'pushed', push: mirror.asked, at: '' });
  return (Object.keys(next) as (keyof Model)[]).every((slice) => next[slice] === model[slice]) ? model : next;
}
