export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a window was left; the bounds are those outside of maximized and full screen. */
export interface WindowState extends Area {
  readonly version: 1;
  readonly maximized: boolean;
}

const isWithin = (value: unknown, lowest: number): value is number =>
  Number.isInteger(value) && Number(value) >= lowest && Number(value) <= 100_000;

/** By hand: the window opens before the library that checks everything else is loaded. */
export function parseWindowState(stored: unknown): WindowState | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { version, x, y, width, height, maximized }: Partial<Record<keyof WindowState, unknown>> = stored;
  if (version !== 1 || typeof maximized !== 'boolean') return null;
  if (!isWithin(x, -100_000) || !isWithin(y, -100_000)) return null;
  if (!isWithin(width, 1) || !isWithin(height, 1)) return null;
  return { version, x, y, width, height, maximized };
}

export interface Placement {
  /** Without a position the system chooses one. */
  readonly bounds: Pick<Area, 'width' | 'height'> & Partial<Area>;
  readonly maximized: boolean;
}

/** As much of the title bar must be in sight, so that the window can be seen and dragged. */
const GRIP = { width: 120, height: 24 };

const overlap = (a: Area, b: Area) => ({
  width: Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)),
  height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)),
});

const sharedPixels = (a: Area, b: Area): number => {
  const { width, height } = overlap(a, b);
  return width * height;
};

function isGripVisible(bounds: Area, area: Area): boolean {
  const { width, height } = overlap({ ...bounds, height: GRIP.height }, area);
  return width >= Math.min(GRIP.width, bounds.width) && height >= GRIP.height;
}

const clamp = (value: number, lowest: number, highest: number): number =>
  Math.max(lowest, Math.min(value, highest));

/**
 * Where to open a window: where it was left, if it can be reached there. A screen that is gone, or has become
 * smaller, pulls it in. `workAreas` has the primary display first.
 */
export function placeWindow(
  saved: WindowState | null,
  workAreas: readonly [Area, ...Area[]],
  preferred: Pick<Area, 'width' | 'height'>,
): Placement {
  const [primary] = workAreas;
  if (!saved) {
    const width = Math.min(preferred.width, primary.width);
    const height = Math.min(preferred.height, primary.height);
    return { bounds: { width, height }, maximized: false };
  }
  const best = workAreas.reduce((a, b) => (sharedPixels(saved, b) > sharedPixels(saved, a) ? b : a));
  const width = Math.min(saved.width, best.width);
  const height = Math.min(saved.height, best.height);
  const fits = width === saved.width && height === saved.height;
  const reachable = fits && workAreas.some((area) => isGripVisible(saved, area));
  const { x, y } = reachable
    ? saved
    : {
        x: clamp(saved.x, best.x, best.x + best.width - width),
        y: clamp(saved.y, best.y, best.y + best.height - height),
      };
  return { bounds: { x, y, width, height }, maximized: saved.maximized };
}
