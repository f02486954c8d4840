export {summaryRecord, versionRecord} from './event.js';
export {summariesOf, summaryOfFinding} from './summaries.js';
