export {ActivationParameterGroup, activationParameterGroup} from './parameter-group.js';
export type {ParameterGroupOptions} from './parameter-group.js';
