/** Lists every test that was not run, so that none is skipped unnoticed. */
class SkippedTests {
  onRunComplete(_contexts, {testResults}) {
    const skipped = testResults.flatMap(file =>
      file.testResults
        .filter(({status}) => status !== 'passed' && status !== 'failed')
        .map(({fullName, status}) => `  ${status}: ${fullName} (${file.testFilePath})`),
    );
    if (skipped.length > 0) console.log(`Tests that did not run:\n${skipped.join('\n')}`);
  }
}

module.exports = SkippedTests;
