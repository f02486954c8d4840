const {compilerOptions} = require('./tsconfig.json');

module.exports = {
  testEnvironment: 'node',
  testTimeout: 60_000,
  roots: ['<rootDir>/test'],
  moduleNameMapper: {'^(\\.{1,2}/.*)\\.js$': '$1'},
  setupFiles: ['<rootDir>/test/support/quiet-banner.js'],
  reporters: ['default', '<rootDir>/test/support/skipped-tests.js'],
  transform: {
    '^.+\\.ts$': ['ts-jest', {tsconfig: {...compilerOptions, module: 'commonjs'}}],
  },
};
