import { Screen } from '../components/screen.tsx';

export function FindScreen(_props: { readonly next: 'home' | 'pair' }) {
  return <Screen title="Find">{null}</Screen>;
}
