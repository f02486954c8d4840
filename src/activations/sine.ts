import {createActivation} from '../definition.js';

/**
 * The sine of SIREN, for networks that represent images, sounds and fields.
 *
 *     sin(w0 · x); w0 is not 0
 */
export const sine = createActivation({
  name: 'sine',
  className: 'Sine',
  options: {w0: {default: 30, except: 0}},
  formula: ({x, w0}) => x.mul(w0).sin(),
  kernelScale: ({w0}) => 2 / w0 ** 2,
  paper: 'Sitzmann et al., 2020, https://arxiv.org/abs/2006.09661',
  note:
    "For networks of coordinates (images, sounds, fields) with SIREN's initialization. Not for " +
    'classification: it oscillates.',
});

export const Sine = sine.layerClass;
