export {deadUnits, deadUnitsRule} from './dead-units.js';
export {saturatedUnits, saturatedUnitsRule} from './saturated-units.js';
export {nonFiniteRule} from './non-finite.js';
