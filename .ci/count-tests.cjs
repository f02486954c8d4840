/** Prints how many tests passed, failed and did not run, of the file that `jest --json` wrote. */
const fs = require('node:fs');

const results = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
const skipped = results.numPendingTests + results.numTodoTests;
console.log(results.numPassedTests, failed, skipped);
