import {GPU_FLOAT, GPU_HALF, roundToHalf} from '../helpers/quality.js';
import type {Bound} from '../helpers/quality.js';
import type {Chromium, OpenPage} from './chromium.js';

/** The wasm backend as a browser loads it; its own kernel target needs more than that to run. */
export const WASM = {title: 'wasm', backend: 'wasm', isHalf: false};

/** The ways to run on a GPU. */
export const BACKENDS = [
  {title: 'webgl', backend: 'webgl', isHalf: false},
  {title: 'webgl, half floats', backend: 'webgl', isHalf: true},
  {title: 'webgpu', backend: 'webgpu', isHalf: false},
];

/** A page on a backend, and what to expect of its numbers. */
export interface BackendPage extends OpenPage {
  /** For values; `slopeBound` for gradients and second order. */
  readonly bound: number | Bound;
  readonly slopeBound: number | Bound;
  readonly round: (value: number) => number;
}

/** Opens a page on a backend; on a GPU its kernels must be shaders. */
export async function openBackend(
  chromium: Chromium,
  {backend, isHalf}: (typeof BACKENDS)[number],
): Promise<BackendPage> {
  const page = await chromium.open('page.ts');
  const {target, infinity} = await page.run('start', backend, {
    WEBGL_FORCE_F16_TEXTURES: isHalf,
  });
  if (target !== backend && backend !== WASM.backend)
    throw new Error(`on ${backend} the kernel target is ${target}`);
  const [bound, slopeBound] =
    backend === WASM.backend
      ? [2e-6, 1e-5]
      : Array<Bound>(2).fill(isHalf ? {...GPU_HALF, infinity} : GPU_FLOAT);
  const round = isHalf ? (value: number) => roundToHalf(value, infinity) : Math.fround;
  return {...page, bound, slopeBound, round};
}
