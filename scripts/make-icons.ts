import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';

/**
 * `npm run icons`: draws every icon file of packaging/icons from the SVGs beside them. The results are committed;
 * run this after changing a drawing.
 */
const ICONS = resolve(import.meta.dirname, '../packaging/icons');
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const WINDOWS_SIZES = [16, 20, 24, 32, 40, 48, 64, 128, 256];
/** Entry types of an .icns file by size in pixels. The smaller ones cannot hold PNG; macOS scales for them. */
const MAC_ENTRIES = [
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
] as const;
const TRAY = ['tray', 'tray-attention', 'tray-none'];

const readSvg = (name: string): string => readFileSync(join(ICONS, `${name}.svg`), 'utf8');

function svgWidth(svg: string): number {
  const width = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  if (!width) throw new Error('An icon needs a viewBox that starts at 0 0.');
  return width;
}

/** 72 dpi is one pixel per unit, so the drawing is rendered at `size` and never scaled as a picture. */
const rasterize = (svg: string, size: number): Promise<Buffer> =>
  sharp(Buffer.from(svg), { density: (72 * size) / svgWidth(svg) })
    .resize(size, size)
    .png({ compressionLevel: 9 })
    .toBuffer();

/** Up to 48 px the drawing made for that pixel grid, or for half of it. */
function appIcon(size: number): Promise<Buffer> {
  const grid = [16, 20, 24].find((small) => size === small || size === 2 * small);
  return rasterize(readSvg(grid ? `icon-${grid}` : 'icon'), size);
}

/** Apple's grid: the tile takes 824 of 1024 px and casts a shadow. */
const macIcon = (size: number): Promise<Buffer> =>
  rasterize(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024">
      <filter id="blur" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="14" /></filter>
      <rect x="100" y="112" width="824" height="824" rx="187" opacity="0.3" filter="url(#blur)" />
      ${readSvg('icon').replace('<svg ', '<svg x="100" y="100" width="824" height="824" ')}
    </svg>`,
    size,
  );

function icoFile(entries: readonly { size: number; png: Buffer }[]): Buffer {
  const header = Buffer.alloc(6 + 16 * entries.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(entries.length, 4);
  let offset = header.length;
  for (const [index, { size, png }] of entries.entries()) {
    const at = 6 + 16 * index;
    // 0 stands for 256.
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...entries.map(({ png }) => png)]);
}

function icnsChunk(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(head.length + content.length, 4);
  return Buffer.concat([head, content]);
}

async function save(name: string, content: Buffer | Promise<Buffer>): Promise<void> {
  writeFileSync(join(ICONS, name), await content);
}

mkdirSync(join(ICONS, 'linux'), { recursive: true });
for (const size of LINUX_SIZES) await save(`linux/${size}x${size}.png`, appIcon(size));
await save('icon.png', appIcon(512));
await save(
  'icon.ico',
  icoFile(await Promise.all(WINDOWS_SIZES.map(async (size) => ({ size, png: await appIcon(size) })))),
);
const macChunks = MAC_ENTRIES.map(async ([type, size]) => icnsChunk(type, await macIcon(size)));
await save('icon.icns', icnsChunk('icns', Buffer.concat(await Promise.all(macChunks))));
for (const tray of TRAY) {
  // Everything in order looks like the app itself.
  const coloured = readSvg(tray === 'tray' ? 'icon-16' : tray);
  const template = readSvg(`${tray}Template`);
  await save(`${tray}.png`, rasterize(coloured, 16));
  await save(`${tray}@2x.png`, rasterize(coloured, 32));
  await save(`${tray}Template.png`, rasterize(template, 16));
  await save(`${tray}Template@2x.png`, rasterize(template, 32));
}
