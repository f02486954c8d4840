/** TensorFlow.js greets each test file with an advertisement for its native backend. */
const warn = console.warn;

console.warn = (...values) => {
  if (!String(values[0]).includes('you are running TensorFlow.js in Node.js')) warn(...values);
};
