import {GPU_FLOAT, GPU_HALF, roundToHalf} from '../helpers/quality.js';
import type {Bound} from '../helpers/quality.js';
import type {Chromium, OpenPage} from './chromium.js';

/** The ways to run on a GPU. */
export const BACKENDS = [
  {title: 'webgl', backend: 'webgl', isHalf: false},
  {title: 'webgl, half floats', backend: 'webgl', isHalf: true},
  {title: 'webgpu', backend: 'webgpu', isHalf: false},
];

/** A page on a backend, and what to expect of its numbers. */
export interface BackendPage extends OpenPage {
  readonly bound: Bound;
  readonly round: (value: number) => number;
}

/** Opens a page on a backend whose kernels are shaders. */
export async function openBackend(
  chromium: Chromium,
  {backend, isHalf}: (typeof BACKENDS)[number],
): Promise<BackendPage> {
  const page = await chromium.open('page.ts');
  const {target, infinity} = await page.run('start', backend, isHalf);
  if (target !== backend) throw new Error(`on ${backend} the kernel target is ${target}`);
  return {
    ...page,
    bound: isHalf ? {...GPU_HALF, infinity} : GPU_FLOAT,
    round: isHalf ? value => roundToHalf(value, infinity) : Math.fround,
  };
}
