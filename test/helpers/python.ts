import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import path from 'node:path';

const {ORACLE_PYTHON, REQUIRE_PYTHON} = process.env;
/** Its executable. */
export const python = ORACLE_PYTHON ?? path.resolve(__dirname, '../../.venv-oracle', 'bin/python');

/**
 * `describe` where there is the Python of `.ci/python.sh`, or another at ORACLE_PYTHON that has what
 * `.ci/requirements.txt` lists. Without one the tests are skipped, or fail if REQUIRE_PYTHON is set.
 */
export function describeWithPython(title: string, define: () => void): void {
  if (existsSync(python)) {
    describe(title, define);
  } else if (REQUIRE_PYTHON) {
    test(title, () => {
      throw new Error('no Python found: run .ci/python.sh, or set ORACLE_PYTHON to its executable');
    });
  } else {
    describe.skip(`${title} (no Python found: run .ci/python.sh, or set ORACLE_PYTHON)`, define);
  }
}

/** What a script prints as JSON. */
export function runPython(script: string, ...args: readonly string[]): unknown {
  return JSON.parse(execFileSync(python, [script, ...args], {encoding: 'utf8', stdio: 'pipe'}));
}
