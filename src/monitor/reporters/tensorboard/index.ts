export {summaryRecord, versionRecord} from './event.js';
export {summariesOf, summaryOfFinding, summaryOfRevival, summaryOfSkipped} from './summaries.js';
