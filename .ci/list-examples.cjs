/** Prints the npm scripts that run an example. */
const {scripts} = require('../package.json');

const names = Object.keys(scripts).filter(name => scripts[name].includes(' examples/'));
console.log(names.join('\n'));
