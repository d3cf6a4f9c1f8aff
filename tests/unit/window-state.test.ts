import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Area, placeWindow, type WindowState } from '../../electron/window/window-placement.ts';
import { readWindowState, trackWindow } from '../../electron/window/window-state.ts';
import { MemoryDocuments } from '../support/vault.ts';

const REGISTER: Area = { x: 0, y: 0, width: 1024, height: 560 };
const LAPTOP: Area = { x: 0, y: 25, width: 1920, height: 1055 };
const LEFT_OF_IT: Area = { x: -1280, y: 0, width: 1280, height: 984 };
const PREFERRED = { width: 1180, height: 800 };

const left = (change: Partial<WindowState> = {}): WindowState => ({
  version: 1,
  x: 200,
  y: 100,
  width: 1000,
  height: 700,
  maximized: false,
  ...change,
});

describe('placeWindow', () => {
  it('lets the system place a new window, no larger than the screen', () => {
    expect(placeWindow(null, [LAPTOP], PREFERRED)).toEqual({ bounds: PREFERRED, maximized: false });
    expect(placeWindow(null, [REGISTER], PREFERRED).bounds).toEqual({ width: 1024, height: 560 });
  });

  it('opens a window where it was left, on any display, also half off a screen', () => {
    for (const state of [left(), left({ x: -1200 }), left({ x: -300 }), left({ x: 1700, y: 900 })]) {
      const { bounds } = placeWindow(state, [LAPTOP, LEFT_OF_IT], PREFERRED);
      expect(bounds).toEqual({ x: state.x, y: state.y, width: 1000, height: 700 });
    }
  });

  it('remembers that it was maximized, with the bounds to go back to', () => {
    expect(placeWindow(left({ maximized: true }), [LAPTOP], PREFERRED)).toEqual({
      bounds: { x: 200, y: 100, width: 1000, height: 700 },
      maximized: true,
    });
  });

  it('pulls a window in whose display is gone', () => {
    expect(placeWindow(left({ x: -1200 }), [LAPTOP], PREFERRED).bounds).toMatchObject({ x: 0, y: 100 });
    expect(placeWindow(left({ x: 5000, y: 4000 }), [LAPTOP], PREFERRED).bounds).toMatchObject({
      x: 920,
      y: 380,
    });
  });

  it('pulls a window in whose title bar is out of reach', () => {
    expect(placeWindow(left({ y: -40 }), [LAPTOP], PREFERRED).bounds).toMatchObject({ x: 200, y: 25 });
    expect(placeWindow(left({ y: 1070 }), [LAPTOP], PREFERRED).bounds).toMatchObject({ y: 380 });
    expect(placeWindow(left({ x: 1850 }), [LAPTOP], PREFERRED).bounds).toMatchObject({ x: 920 });
  });

  it('shrinks a window to a screen that has become smaller', () => {
    expect(placeWindow(left(), [REGISTER], PREFERRED).bounds).toEqual({
      x: 24,
      y: 0,
      width: 1000,
      height: 560,
    });
  });
});

class FakeWindow extends EventEmitter {
  bounds: Area = { x: 10, y: 20, width: 900, height: 600 };
  maximized = false;
  getNormalBounds = () => this.bounds;
  isMaximized = () => this.maximized;
  isDestroyed = () => false;
}

describe('trackWindow', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('saves once after a series of changes', () => {
    const documents = new MemoryDocuments();
    const window = new FakeWindow();
    trackWindow(window, documents);
    for (let step = 0; step < 20; step += 1) {
      window.bounds = { ...window.bounds, x: step };
      window.emit('move');
      vi.advanceTimersByTime(100);
    }
    expect(documents.written).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(documents.written).toEqual(['window']);
    expect(readWindowState(documents)).toEqual({ version: 1, ...window.bounds, maximized: false });
  });

  it('saves at once on closing, and not again afterwards', () => {
    const documents = new MemoryDocuments();
    const window = new FakeWindow();
    trackWindow(window, documents);
    window.maximized = true;
    window.emit('maximize');
    window.emit('close');
    expect(readWindowState(documents)).toMatchObject({ maximized: true });
    vi.advanceTimersByTime(10_000);
    expect(documents.written).toEqual(['window']);
  });

  it('lives with a full disk and with a stored state that makes no sense', () => {
    const documents = new MemoryDocuments();
    documents.failWrites = true;
    const window = new FakeWindow();
    trackWindow(window, documents);
    expect(() => window.emit('close')).not.toThrow();
    expect(readWindowState(documents)).toBeNull();
    for (const text of ['{', '{}', '{"version":1,"x":"left"}', '{"version":2}']) {
      documents.files.set('window', text);
      expect(readWindowState(documents)).toBeNull();
    }
  });
});
