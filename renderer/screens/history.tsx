import { Screen } from '../components/screen.tsx';

export function HistoryScreen() {
  return <Screen title="History">{null}</Screen>;
}
