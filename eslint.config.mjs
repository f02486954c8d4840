import eslint from '@eslint/js';
import {defineConfig, globalIgnores} from 'eslint/config';
import typescript from 'typescript-eslint';

const nodeGlobals = {console: 'readonly', process: 'readonly'};
const commonJsGlobals = {
  ...nodeGlobals,
  __dirname: 'readonly',
  module: 'writable',
  require: 'readonly',
};
const browserGlobals = Object.fromEntries(
  ['DecompressionStream', 'Response', 'document', 'fetch', 'tf', 'tfActivations'].map(name => [
    name,
    'readonly',
  ]),
);
const jestGlobals = {expect: 'readonly', test: 'readonly'};

export default defineConfig(
  globalIgnores(['dist/', '.dist-*/', 'coverage/', '.venv-oracle/']),
  eslint.configs.recommended,
  typescript.configs.recommended,
  {files: ['**/*.mjs'], languageOptions: {globals: nodeGlobals}},
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: {sourceType: 'commonjs', globals: commonJsGlobals},
    rules: {'@typescript-eslint/no-require-imports': 'off'},
  },
  {
    files: ['examples/browser/*.js'],
    languageOptions: {sourceType: 'script', globals: browserGlobals},
  },
  {files: ['test/**/*.js'], languageOptions: {globals: jestGlobals}},
);
