import { later } from '../components/later.tsx';

// A register starts with its devices: the other screens are files of their own.
export const BridgeScreen = later(async () => (await import('./bridge/bridge.tsx')).BridgeScreen);
export const ConnectionKitScreen = later(
  async () => (await import('./connection-kit/connection-kit.tsx')).ConnectionKitScreen,
);
export const DeviceScreen = later(async () => (await import('./devices/device.tsx')).DeviceScreen);
export const DoctorScreen = later(async () => (await import('./doctor/doctor.tsx')).DoctorScreen);
export const HistoryScreen = later(async () => (await import('./history/history.tsx')).HistoryScreen);
export const PairScreen = later(async () => (await import('./pair/pair.tsx')).PairScreen);
export const RootCaScreen = later(async () => (await import('./root-ca/root-ca.tsx')).RootCaScreen);
export const SearchScreen = later(async () => (await import('./search/search.tsx')).SearchScreen);
export const SettingsScreen = later(async () => (await import('./settings/settings.tsx')).SettingsScreen);
