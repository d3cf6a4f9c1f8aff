import './no-eval.ts';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { FALLBACK_LANGUAGE } from '../shared/pick-language.ts';
import { App } from './app.tsx';
import { i18n, switchLanguage } from './i18n.ts';
import { RootCaScreen } from './screens/later-screens.ts';
import { StoreContext } from './state/context.tsx';
import { createStore } from './state/store.ts';
import './styles/index.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

const store = createStore(window.pos);
// The main process says which language it is.
const followLanguage = (): Promise<void> => {
  const { mirror } = store.getModel();
  return switchLanguage(mirror.state === 'ready' ? mirror.app.language : FALLBACK_LANGUAGE);
};
store.subscribe(() => void followLanguage());

/** Not by awaiting at the top of this file: the other screens are files that wait for this one. */
async function start(into: HTMLElement): Promise<void> {
  await store.actions.load();
  // Before anything is shown: it must not begin in another language.
  await followLanguage();
  // Where nothing is trusted yet, that is the first screen.
  if (store.getModel().navigation.place.name === 'root-ca') await RootCaScreen.read();
  createRoot(into).render(
    <StrictMode>
      <I18nextProvider i18n={i18n}>
        <StoreContext value={store}>
          <App />
        </StoreContext>
      </I18nextProvider>
    </StrictMode>,
  );
}

void start(root);
