import { Screen } from '../components/screen.tsx';

export function DeviceScreen(_props: { readonly id: string }) {
  return <Screen title="Device">{null}</Screen>;
}
