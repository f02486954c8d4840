import eslint from '@eslint/js';
import {defineConfig, globalIgnores} from 'eslint/config';
import typescript from 'typescript-eslint';

const nodeGlobals = {console: 'readonly', process: 'readonly'};
const commonJsGlobals = {...nodeGlobals, module: 'writable', require: 'readonly'};

export default defineConfig(
  globalIgnores(['dist/', '.dist-*/', 'coverage/']),
  eslint.configs.recommended,
  typescript.configs.recommended,
  {files: ['**/*.mjs'], languageOptions: {globals: nodeGlobals}},
  {
    files: ['**/*.js'],
    languageOptions: {sourceType: 'commonjs', globals: commonJsGlobals},
  },
);
