export {renderReport} from './page.js';
export type {PageContent} from './page.js';
export {Recording} from './record.js';
