// Playwright switches every Electron it launches to a mock key store; these tests want the real one back, or
// none at all. Loaded with `-r` after Playwright's own loader.
const { app, safeStorage } = require('electron');

app.commandLine.removeSwitch('use-mock-keychain');
app.commandLine.removeSwitch('password-store');
const store = process.env.POS_PAIRING_TEST_PASSWORD_STORE;
if (store) app.commandLine.appendSwitch('password-store', store);

// Elsewhere there is always one, and no switch against it.
if (store === 'basic' && process.platform !== 'linux') {
  Object.assign(safeStorage, {
    isEncryptionAvailable: () => false,
    isAsyncEncryptionAvailable: async () => false,
  });
}
