export {reviveUnits} from './revive.js';
export type {ReviveOptions} from './revive.js';
export type {Revival} from '../monitor/revival.js';
