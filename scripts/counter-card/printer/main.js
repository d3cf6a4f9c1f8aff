/** `electron <this folder> PAGE.html CARD.pdf`: prints the page as its styles say. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { app, BrowserWindow } from 'electron';

const [page, pdf] = process.argv.slice(-2);

/** What the app does for each drawing it shows: letters become narrower where a text needs more room. */
const FIT = `document.fonts.ready.then(() => {
  for (const text of document.querySelectorAll('text[data-room]')) {
    const { room } = text.dataset;
    if (text.getComputedTextLength() > Number(room)) text.setAttribute('textLength', room);
  }
})`;

/** Languages whose texts are cut off or leave their frame. */
const OVERFLOWING = `[...document.querySelectorAll('.card-page')]
  .filter((page) =>
    [page, ...page.querySelectorAll('.card-step')].some(
      (box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1,
    ),
  )
  .map((page) => page.lang)`;

async function print() {
  const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
  await window.loadFile(page);
  await window.webContents.executeJavaScript(FIT);
  const tooLong = await window.webContents.executeJavaScript(OVERFLOWING);
  if (tooLong.length > 0) throw new Error(`These pages have more text than room: ${tooLong.join(', ')}`);
  writeFileSync(pdf, await window.webContents.printToPDF({ preferCSSPageSize: true, printBackground: true }));
}

// Not awaited here: Electron gets ready only after this module has been read.
app
  .whenReady()
  .then(print)
  .then(
    () => app.exit(0),
    (error) => {
      console.error(error);
      app.exit(1);
    },
  );
