"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// tiny.tmp.ts
var tf12 = __toESM(require("@tensorflow/tfjs"));
var import_tfjs_backend_wasm = require("@tensorflow/tfjs-backend-wasm");

// src/index.ts
var tf11 = __toESM(require("@tensorflow/tfjs"));

// src/constraints.ts
var constraints_exports = {};
__export(constraints_exports, {
  MaxValue: () => MaxValue,
  MinMaxValue: () => MinMaxValue,
  MinValue: () => MinValue,
  maxValue: () => maxValue,
  minMaxValue: () => minMaxValue,
  minValue: () => minValue
});
var tf2 = __toESM(require("@tensorflow/tfjs"));

// src/tfjs-classes.ts
var tf = __toESM(require("@tensorflow/tfjs"));
function baseClassOf(instance) {
  const prototype = Object.getPrototypeOf(instance);
  return Object.getPrototypeOf(prototype).constructor;
}
var ConstraintBase = baseClassOf(tf.constraints.nonNeg());
var InitializerBase = baseClassOf(tf.initializers.zeros());
var StringActivationBase = baseClassOf(
  tf.layers.activation({ activation: "tanh", name: "tanh" }).activation
);
function resolveIdentifiers(identifiers) {
  const layer = tf.layers.prelu({
    name: "resolve",
    alphaInitializer: identifiers.initializer,
    alphaRegularizer: identifiers.regularizer,
    alphaConstraint: identifiers.constraint
  });
  return {
    initializer: layer.alphaInitializer,
    regularizer: layer.alphaRegularizer,
    constraint: layer.alphaConstraint
  };
}
function serialize(object) {
  return object ? { className: object.getClassName(), config: object.getConfig() } : null;
}

// src/constraints.ts
function requireNumber(className, argument, value) {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new Error(`${className}: ${argument} must be a finite number, got ${String(value)}`);
}
var MinValue = class extends ConstraintBase {
  static {
    /** @nocollapse */
    this.className = "MinValue";
  }
  constructor({ minValue: minValue3 }) {
    super();
    this.minValue = requireNumber("MinValue", "minValue", minValue3);
  }
  apply(weight) {
    return tf2.maximum(weight, this.minValue);
  }
  getConfig() {
    return { minValue: this.minValue };
  }
};
var MaxValue = class extends ConstraintBase {
  static {
    /** @nocollapse */
    this.className = "MaxValue";
  }
  constructor({ maxValue: maxValue3 }) {
    super();
    this.maxValue = requireNumber("MaxValue", "maxValue", maxValue3);
  }
  apply(weight) {
    return tf2.minimum(weight, this.maxValue);
  }
  getConfig() {
    return { maxValue: this.maxValue };
  }
};
var MinMaxValue = class extends ConstraintBase {
  static {
    /** @nocollapse */
    this.className = "MinMaxValue";
  }
  constructor({ minValue: minValue3, maxValue: maxValue3 }) {
    super();
    this.minValue = requireNumber("MinMaxValue", "minValue", minValue3);
    this.maxValue = requireNumber("MinMaxValue", "maxValue", maxValue3);
    if (minValue3 > maxValue3) {
      throw new Error(`MinMaxValue: minValue ${minValue3} is larger than maxValue ${maxValue3}`);
    }
  }
  apply(weight) {
    return tf2.clipByValue(weight, this.minValue, this.maxValue);
  }
  getConfig() {
    return { minValue: this.minValue, maxValue: this.maxValue };
  }
};
function minValue(minimum2) {
  return new MinValue({ minValue: minimum2 });
}
function maxValue(maximum2) {
  return new MaxValue({ maxValue: maximum2 });
}
function minMaxValue(minimum2, maximum2) {
  return new MinMaxValue({ minValue: minimum2, maxValue: maximum2 });
}

// src/initializers.ts
var tf3 = __toESM(require("@tensorflow/tfjs"));
var StartingValues = class extends InitializerBase {
  static {
    /** @nocollapse */
    this.className = "StartingValues";
  }
  /** @throws if `values` is not an array of finite numbers. */
  constructor({ values }) {
    super();
    if (!Array.isArray(values) || !values.every(Number.isFinite)) {
      throw new Error(`StartingValues: values must be finite numbers, got ${String(values)}`);
    }
    this.values = values;
  }
  apply(shape, dtype) {
    if (shape[shape.length - 1] !== this.values.length) {
      throw new Error(
        `StartingValues: ${this.values.length} values cannot fill a weight of shape [${shape}]`
      );
    }
    return tf3.tidy(() => tf3.broadcastTo(tf3.tensor1d([...this.values], dtype), shape));
  }
  getConfig() {
    return { values: [...this.values] };
  }
};

// src/activations/index.ts
var activations_exports = {};
__export(activations_exports, {
  CELU: () => CELU,
  ELU: () => ELU,
  GELU: () => GELU,
  GELUNew: () => GELUNew,
  HardSigmoid: () => HardSigmoid,
  HardSwish: () => HardSwish,
  LeakyReLU: () => LeakyReLU,
  Linear: () => Linear,
  MPELU: () => MPELU,
  Mish: () => Mish,
  PELU: () => PELU,
  PReLU: () => PReLU,
  ParametricELU: () => ParametricELU,
  Rational: () => Rational,
  ReLU: () => ReLU,
  ReLU6: () => ReLU6,
  SELU: () => SELU,
  Sigmoid: () => Sigmoid,
  Softplus: () => Softplus,
  Softsign: () => Softsign,
  Swish: () => Swish,
  SwishBeta: () => SwishBeta,
  Tanh: () => Tanh,
  ThresholdedReLU: () => ThresholdedReLU,
  celu: () => celu,
  elu: () => elu,
  gelu: () => gelu,
  geluNew: () => geluNew,
  hardSigmoid: () => hardSigmoid,
  hardSwish: () => hardSwish,
  leakyRelu: () => leakyRelu,
  linear: () => linear,
  mish: () => mish,
  mpelu: () => mpelu,
  parametricElu: () => parametricElu,
  pelu: () => pelu,
  prelu: () => prelu,
  rational: () => rational,
  relu: () => relu,
  relu6: () => relu6,
  selu: () => selu,
  sigmoid: () => sigmoid3,
  softplus: () => softplus3,
  softsign: () => softsign,
  swish: () => swish,
  swishBeta: () => swishBeta,
  tanh: () => tanh2,
  thresholdedRelu: () => thresholdedRelu
});

// src/definition.ts
var tf9 = __toESM(require("@tensorflow/tfjs"));

// src/apply.ts
var tf6 = __toESM(require("@tensorflow/tfjs"));

// src/formula/print.ts
var INFIX = {
  greater: { symbol: ">", precedence: 1 },
  greaterEqual: { symbol: ">=", precedence: 1 },
  less: { symbol: "<", precedence: 1 },
  lessEqual: { symbol: "<=", precedence: 1 },
  equal: { symbol: "==", precedence: 1 },
  add: { symbol: "+", precedence: 2 },
  sub: { symbol: "-", precedence: 2 },
  mul: { symbol: "*", precedence: 3 },
  div: { symbol: "/", precedence: 3 }
};
function print(node) {
  return text(node, 0);
}
function text(node, outer) {
  if (node.operation === "input") return node.name;
  if (node.operation === "constant") {
    const { value } = node;
    return value < 0 ? parenthesize(String(value), outer > 1) : String(value);
  }
  const infix = INFIX[node.operation];
  if (infix) {
    const { symbol, precedence } = infix;
    const [left, right] = node.operands;
    const joined = `${text(left, precedence)} ${symbol} ${text(right, precedence + 1)}`;
    return parenthesize(joined, precedence < outer);
  }
  if (node.operation === "neg") return parenthesize(`-${text(node.operands[0], 3)}`, outer > 1);
  const operands = node.operands.map((operand) => text(operand, 0));
  return `${node.operation}(${operands.join(", ")})`;
}
function parenthesize(inner2, needed) {
  return needed ? `(${inner2})` : inner2;
}

// src/formula/expression.ts
var OPERATIONS = {
  add: 2,
  sub: 2,
  mul: 2,
  div: 2,
  pow: 2,
  minimum: 2,
  maximum: 2,
  multiplyNoNan: 2,
  neg: 1,
  abs: 1,
  sign: 1,
  square: 1,
  sqrt: 1,
  rsqrt: 1,
  exp: 1,
  expm1: 1,
  log: 1,
  log1p: 1,
  sigmoid: 1,
  softplus: 1,
  tanh: 1,
  erf: 1,
  erfc: 1,
  sin: 1,
  cos: 1
};
var COMPARISONS = ["greater", "greaterEqual", "less", "lessEqual", "equal"];
var nextId = 0;
var Expression = class {
  /** Use the methods of an expression, or `constant` and `input`: they keep equal expressions one. */
  constructor(operation, operands, value = NaN, name = "") {
    this.operation = operation;
    this.operands = operands;
    this.value = value;
    this.name = name;
    this.id = nextId++;
  }
  /** `this`, cut off below `minimum` and above `maximum`. */
  clipByValue(minimum2, maximum2) {
    return this.maximum(minimum2).minimum(maximum2);
  }
  /** The expression as text, such as `where(x > 0, x, alpha * expm1(x))`. */
  toString() {
    return print(this);
  }
};
var Condition = class {
  constructor(operation, operands) {
    this.operation = operation;
    this.operands = operands;
    this.id = nextId++;
  }
  toString() {
    return print(this);
  }
};
var COMMUTATIVE = /* @__PURE__ */ new Set(["add", "mul", "equal"]);
var interned = /* @__PURE__ */ new Map();
var forgotten = new FinalizationRegistry((key) => {
  if (!interned.get(key)?.deref()) interned.delete(key);
});
function intern(key, create2) {
  const known = interned.get(key)?.deref();
  if (known) return known;
  const node = create2();
  interned.set(key, new WeakRef(node));
  forgotten.register(node, key);
  return node;
}
function internOperation(operation, operands, create2) {
  const ids = operands.map((operand) => operand.id);
  if (COMMUTATIVE.has(operation)) ids.sort((a, b) => a - b);
  return intern(`${operation} ${ids}`, create2);
}
function constant(value) {
  if (!Number.isFinite(value)) {
    throw new Error(`a constant in a formula must be a finite number, got ${value}`);
  }
  const key = Object.is(value, -0) ? "-0" : String(value);
  return intern(`constant ${key}`, () => new Expression("constant", [], value));
}
function input(name) {
  return intern(`input ${name}`, () => new Expression("input", [], NaN, name));
}
function toExpression(operand, operation) {
  if (operand instanceof Expression) return operand;
  if (typeof operand === "number") return constant(operand);
  const given = operand instanceof Condition ? `the comparison ${operand}` : describe(operand);
  throw new Error(`${operation} takes expressions and finite numbers, got ${given}`);
}
function describe(value) {
  return Array.isArray(value) ? "an array (choose one of its elements)" : String(value);
}
function apply(operation, operands) {
  const nodes = operands.map((operand) => toExpression(operand, operation));
  return internOperation(operation, nodes, () => new Expression(operation, nodes));
}
function compare(operation, operands) {
  const nodes = operands.map((operand) => toExpression(operand, operation));
  return internOperation(operation, nodes, () => new Condition(operation, nodes));
}
function where(condition, whenTrue, whenFalse) {
  if (!(condition instanceof Condition)) {
    throw new Error(
      `where takes a comparison such as x.greater(0) as its first argument, got ${describe(condition)}`
    );
  }
  const nodes = [condition, toExpression(whenTrue, "where"), toExpression(whenFalse, "where")];
  return internOperation("where", nodes, () => new Expression("where", nodes));
}
function addMethod(name, operands, build) {
  const method = function(...others) {
    if (others.length !== operands - 1) {
      throw new Error(`${name} takes ${operands - 1} argument(s), got ${others.length}`);
    }
    return build([this, ...others]);
  };
  Object.defineProperty(Expression.prototype, name, { value: method });
}
for (const [name, operands] of Object.entries(OPERATIONS)) {
  addMethod(name, operands, (nodes) => apply(name, nodes));
}
for (const name of COMPARISONS) {
  addMethod(name, 2, (nodes) => compare(name, nodes));
}
var orders = /* @__PURE__ */ new WeakMap();
function nodesOf(root) {
  let order = orders.get(root);
  if (!order) {
    const seen = /* @__PURE__ */ new Set();
    const visit = (node) => {
      if (seen.has(node)) return;
      node.operands.forEach(visit);
      seen.add(node);
    };
    visit(root);
    order = [...seen];
    orders.set(root, order);
  }
  return order;
}
function inputsOf(root) {
  const names = nodesOf(root).filter((node) => node.operation === "input");
  return new Set(names.map((node) => node.name));
}
function rebuild(node, results) {
  const operands = node.operands.map((operand) => results.get(operand));
  if (operands.every((operand, index) => operand === node.operands[index])) return node;
  if (node instanceof Condition) return compare(node.operation, operands);
  if (node.operation === "where") {
    return where(operands[0], operands[1], operands[2]);
  }
  return apply(node.operation, operands);
}

// src/formula/special-functions.ts
function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}
function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
var SERIES_LIMIT = 1.5;
function erf(x) {
  if (Math.abs(x) < SERIES_LIMIT) return erfSeries(x);
  return Math.sign(x) * (1 - erfcFraction(Math.abs(x)));
}
function erfc(x) {
  if (x >= SERIES_LIMIT) return erfcFraction(x);
  if (x > 0.5) return 1 - erfSeries(x);
  return 1 - erf(x);
}
function erfSeries(x) {
  let term = x;
  let sum2 = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum2) * 1e-17; n++) {
    term *= 2 * x * x / (2 * n + 1);
    sum2 += term;
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum2;
}
function erfcFraction(x) {
  if (x > 30) return 0;
  if (Number.isNaN(x)) return NaN;
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}

// src/formula/evaluate.ts
var OPERATIONS2 = {
  add: (u, v) => u + v,
  sub: (u, v) => u - v,
  mul: (u, v) => u * v,
  div: (u, v) => u / v,
  pow: (u, v) => u ** v,
  minimum: (u, v) => Math.min(u, v),
  maximum: (u, v) => Math.max(u, v),
  multiplyNoNan: (u, v) => v === 0 ? 0 : u * v,
  neg: (u) => -u,
  abs: (u) => Math.abs(u),
  sign: (u) => Math.sign(u),
  square: (u) => u * u,
  sqrt: (u) => Math.sqrt(u),
  rsqrt: (u) => 1 / Math.sqrt(u),
  exp: (u) => Math.exp(u),
  expm1: (u) => Math.expm1(u),
  log: (u) => Math.log(u),
  log1p: (u) => Math.log1p(u),
  sigmoid,
  softplus,
  tanh: (u) => Math.tanh(u),
  erf,
  erfc,
  sin: (u) => Math.sin(u),
  cos: (u) => Math.cos(u)
};
var COMPARISONS2 = {
  greater: (u, v) => u > v,
  greaterEqual: (u, v) => u >= v,
  less: (u, v) => u < v,
  lessEqual: (u, v) => u <= v,
  equal: (u, v) => u === v
};
function evaluate(expression, values, round = (value) => value) {
  return resultsOf(expression, values, round).get(expression);
}
function holds(condition, values) {
  return resultsOf(condition, values, (value) => value).get(condition);
}
function resultsOf(root, values, round) {
  const results = /* @__PURE__ */ new Map();
  for (const node of nodesOf(root)) {
    const [u, v, w] = node.operands.map((operand) => results.get(operand));
    if (node instanceof Condition) {
      results.set(node, COMPARISONS2[node.operation](u, v));
    } else if (node.operation === "where") {
      results.set(node, u ? v : w);
    } else if (node.operation === "constant") {
      results.set(node, round(node.value));
    } else if (node.operation === "input") {
      results.set(node, round(valueOf(node.name, values)));
    } else {
      results.set(node, round(OPERATIONS2[node.operation](u, v)));
    }
  }
  return results;
}
function valueOf(name, values) {
  const [, array, index] = /^(.*)\[(\d+)\]$/.exec(name) ?? [];
  const value = array ? values[array]?.[Number(index)] : values[name];
  if (typeof value !== "number") {
    throw new Error(`no value for the input '${name}'; given: ${Object.keys(values).join(", ")}`);
  }
  return value;
}

// src/formula/simplify.ts
var isConstant = (node, value) => node.operation === "constant" && (value ?? node.value) === node.value;
var isNegated = (node) => node.operation === "neg";
var inner = (node) => node.operands[0];
var RULES = {
  add: (u, v) => {
    if (isConstant(v, 0)) return u;
    if (isConstant(u, 0)) return v;
    if (isNegated(v)) return u.sub(inner(v));
    if (isNegated(u)) return v.sub(inner(u));
    return void 0;
  },
  sub: (u, v) => {
    if (isConstant(v, 0)) return u;
    if (isConstant(u, 0)) return v.neg();
    if (isNegated(v)) return u.add(inner(v));
    return void 0;
  },
  mul: (u, v) => {
    if (isConstant(v, 1)) return u;
    if (isConstant(u, 1)) return v;
    if (isConstant(v, -1)) return u.neg();
    if (isConstant(u, -1)) return v.neg();
    if (isNegated(u) && isNegated(v)) return inner(u).mul(inner(v));
    if (isNegated(u) && isConstant(v)) return inner(u).mul(-v.value);
    if (isNegated(v) && isConstant(u)) return inner(v).mul(-u.value);
    return u === v ? u.square() : void 0;
  },
  div: (u, v) => {
    if (isConstant(v, 1)) return u;
    if (isConstant(v, -1)) return u.neg();
    return isNegated(u) && isNegated(v) ? inner(u).div(inner(v)) : void 0;
  },
  pow: (u, v) => {
    if (isConstant(v, 1)) return u;
    if (isConstant(v, 2)) return u.square();
    return isConstant(v, -1) ? constant(1).div(u) : void 0;
  },
  multiplyNoNan: (u, v) => {
    if (isConstant(u) && u.value !== 0) return v.mul(u);
    return isConstant(v) ? v.value === 0 ? v : u.mul(v) : void 0;
  },
  minimum: (u, v) => u === v ? u : void 0,
  maximum: (u, v) => u === v ? u : void 0,
  neg: (u) => isNegated(u) ? inner(u) : void 0,
  abs: (u) => isNegated(u) ? inner(u).abs() : u.operation === "abs" ? u : void 0,
  square: (u) => isNegated(u) || u.operation === "abs" ? inner(u).square() : void 0
};
function simplify(expression) {
  const results = /* @__PURE__ */ new Map();
  for (const node of nodesOf(expression)) results.set(node, simplest(rebuild(node, results)));
  return results.get(expression);
}
function simplest(node) {
  let current = node;
  for (; ; ) {
    const shorter = current instanceof Expression ? shorten(current) : void 0;
    if (!shorter || shorter === current) return current;
    current = shorter;
  }
}
function shorten(node) {
  if (node.operation === "constant" || node.operation === "input") return void 0;
  if (node.operation === "where") return shortenWhere(node);
  if (node.operands.every((operand) => isConstant(operand))) {
    const value = evaluate(node, {});
    return Number.isFinite(value) ? constant(value) : void 0;
  }
  const [u, v] = node.operands;
  return RULES[node.operation]?.(u, v);
}
function shortenWhere(node) {
  const [condition, whenTrue, whenFalse] = node.operands;
  if (whenTrue === whenFalse) return whenTrue;
  if (condition.operands.every((operand) => isConstant(operand))) {
    return holds(condition, {}) ? whenTrue : whenFalse;
  }
  const sameCondition = (branch) => branch.operation === "where" && branch.operands[0] === condition;
  if (sameCondition(whenTrue)) {
    return where(condition, whenTrue.operands[1], whenFalse);
  }
  if (sameCondition(whenFalse)) {
    return where(condition, whenTrue, whenFalse.operands[2]);
  }
  return void 0;
}

// src/formula/derivative.ts
var ZERO = constant(0);
var ONE = constant(1);
function times(u, v) {
  return u === ZERO || v === ZERO ? ZERO : u.mul(v);
}
function gated(u, slope) {
  return u === ZERO ? ZERO : u.multiplyNoNan(slope);
}
function plus(u, v) {
  if (u === ZERO) return v;
  return v === ZERO ? u : u.add(v);
}
function choose(condition, u, v) {
  return u === v ? u : where(condition, u, v);
}
function bell(u) {
  return u.square().neg().exp().mul(2 / Math.sqrt(Math.PI));
}
var RULES2 = {
  add: ({ du, dv }) => plus(du, dv),
  sub: ({ du, dv }) => dv === ZERO ? du : plus(du, dv.neg()),
  mul: ({ u, v, du, dv }) => plus(times(du, v), times(u, dv)),
  div: ({ v, du, dv, y }) => plus(du === ZERO ? ZERO : du.div(v), dv === ZERO ? ZERO : times(y.div(v), dv).neg()),
  pow: ({ u, v, du, dv, y }) => plus(times(u.pow(v.sub(1)).multiplyNoNan(v), du), times(u.log().multiplyNoNan(y), dv)),
  minimum: ({ u, v, du, dv }) => choose(u.lessEqual(v), du, dv),
  maximum: ({ u, v, du, dv }) => choose(u.greaterEqual(v), du, dv),
  multiplyNoNan: ({ u, v, du, dv }) => plus(gated(du, v), dv === ZERO ? ZERO : u.multiplyNoNan(dv)),
  neg: ({ du }) => du === ZERO ? ZERO : du.neg(),
  abs: ({ u, du }) => times(u.sign(), du),
  sign: () => ZERO,
  square: ({ u, du }) => times(u.mul(2), du),
  sqrt: ({ u, du }) => times(u.rsqrt().mul(0.5), du),
  rsqrt: ({ u, du, y }) => times(y.div(u).mul(-0.5), du),
  exp: ({ du, y }) => gated(du, y),
  expm1: ({ u, du }) => gated(du, u.exp()),
  log: ({ u, du }) => du === ZERO ? ZERO : du.div(u),
  log1p: ({ u, du }) => du === ZERO ? ZERO : du.div(u.add(1)),
  sigmoid: ({ u, du, y }) => gated(du, y.mul(u.neg().sigmoid())),
  softplus: ({ u, du }) => gated(du, u.sigmoid()),
  tanh: ({ u, du }) => gated(du, u.mul(2).sigmoid().mul(u.mul(-2).sigmoid()).mul(4)),
  erf: ({ u, du }) => gated(du, bell(u)),
  erfc: ({ u, du }) => gated(du, bell(u).neg()),
  sin: ({ u, du }) => times(u.cos(), du),
  cos: ({ u, du }) => times(u.sin().neg(), du)
};
function derivative(expression, name) {
  const derivatives = /* @__PURE__ */ new Map();
  for (const node of nodesOf(expression)) {
    if (!(node instanceof Expression)) continue;
    derivatives.set(node, ofNode(node, name, derivatives));
  }
  return simplify(derivatives.get(expression));
}
function ofNode(node, name, derivatives) {
  if (node.operation === "constant") return ZERO;
  if (node.operation === "input") return node.name === name ? ONE : ZERO;
  if (node.operation === "where") {
    const [condition, whenTrue, whenFalse] = node.operands;
    return choose(condition, derivatives.get(whenTrue), derivatives.get(whenFalse));
  }
  const [u, v] = node.operands;
  const du = derivatives.get(u);
  const dv = v && derivatives.get(v);
  if (du === ZERO && (!v || dv === ZERO)) return ZERO;
  return RULES2[node.operation]({ u, v, du, dv, y: node });
}

// src/formula/polynomial.ts
function polynomial(x, coefficients) {
  const [first, ...others] = coefficients;
  if (others.length === 0) return typeof first === "number" ? constant(first) : first;
  return x.mul(polynomial(x, others)).add(first);
}

// src/kernels/histogram.ts
var SMALLEST_EXPONENT = -20;
var LARGEST_EXPONENT = 11;
var POWERS = LARGEST_EXPONENT - SMALLEST_EXPONENT + 1;
var LARGEST_FLOAT32 = 34028234663852886e22;
var HISTOGRAM_BINS = 2 * POWERS + 4;
function histogramIndicators(x) {
  const magnitudes = Array.from({ length: POWERS }, (_, index) => index);
  const above = (bound, index) => {
    const lower = index === 0 ? 0 : 2 ** (SMALLEST_EXPONENT + index);
    const upper = index === POWERS - 1 ? LARGEST_FLOAT32 : 2 ** (SMALLEST_EXPONENT + index + 1);
    const isBelow = index === POWERS - 1 ? bound.lessEqual(upper) : bound.less(upper);
    const isAbove = index === 0 ? bound.greater(lower) : bound.greaterEqual(lower);
    return where(isAbove, where(isBelow, 1, 0), 0);
  };
  return [
    where(x.less(-LARGEST_FLOAT32), 1, 0),
    ...magnitudes.map((index) => above(x.neg(), POWERS - 1 - index)),
    where(x.equal(0), 1, 0),
    ...magnitudes.map((index) => above(x, index)),
    where(x.greater(LARGEST_FLOAT32), 1, 0),
    where(x.equal(x), 0, 1)
  ];
}

// src/kernels/program.ts
function expressionsOf({ name, length }) {
  if (length === void 0) return [input(name)];
  return Array.from({ length }, (_, index) => input(`${name}[${index}]`));
}
function valuesOf({ value }) {
  return Array.isArray(value) ? value : [value];
}
function isDifferentiable({ outputs }) {
  return outputs.every(({ reduction }) => reduction === void 0 || reduction === "sum");
}
var gradients = /* @__PURE__ */ new WeakMap();
function gradientProgram(program) {
  let gradient = gradients.get(program);
  if (!gradient) {
    gradient = differentiate(program);
    gradients.set(program, gradient);
  }
  return gradient;
}
function differentiate(program) {
  const upstream = program.outputs.map((output) => {
    const name = upstreamName(output.name, program);
    return Array.isArray(output.value) ? { name, length: output.value.length } : { name };
  });
  const terms = program.outputs.flatMap(
    (output, index) => valuesOf(output).map((value, position) => ({
      gradient: expressionsOf(upstream[index])[position],
      value
    }))
  );
  const outputs = program.inputs.map((programInput) => {
    const values = expressionsOf(programInput).map((variable) => {
      const parts = terms.map(({ gradient, value }) => ({ gradient, slope: derivative(value, variable.name) })).filter(({ slope }) => slope !== constant(0)).map(({ gradient, slope }) => slope === constant(1) ? gradient : gradient.mul(slope));
      return parts.length > 0 ? parts.reduce((sum2, part) => sum2.add(part)) : constant(0);
    });
    return {
      name: `d${programInput.name}`,
      value: programInput.length === void 0 ? values[0] : values,
      reduction: "sum"
    };
  });
  return { inputs: [...upstream, ...program.inputs], outputs };
}
function upstreamName(output, { inputs }) {
  let name = `d${output}`;
  while (inputs.some((taken) => taken.name === name)) name += "'";
  return name;
}
var selections = /* @__PURE__ */ new WeakMap();
function selectOutputs(program, names) {
  const known = selections.get(program) ?? /* @__PURE__ */ new Map();
  selections.set(program, known);
  const key = names.join();
  const selected = known.get(key) ?? {
    inputs: program.inputs,
    outputs: program.outputs.filter(({ name }) => names.includes(name))
  };
  known.set(key, selected);
  return selected;
}

// src/kernels/run.ts
var tf5 = __toESM(require("@tensorflow/tfjs"));

// src/kernels/target.ts
var CannotExpress = class extends Error {
};

// src/kernels/tfops.ts
var tf4 = __toESM(require("@tensorflow/tfjs"));

// src/kernels/accurate.ts
var FORMS = {
  sign: (x) => where(x.greater(0), 1, where(x.less(0), -1, x)),
  maximum: (u, v) => where(u.greaterEqual(v), u, where(u.less(v), v, u.add(v))),
  minimum: (u, v) => where(u.lessEqual(v), u, where(u.greater(v), v, u.add(v))),
  // v − v makes NaN of ±1 to an infinite or NaN power, for which C's pow has 1.
  pow: (u, v) => where(u.abs().equal(1), u.pow(v).add(v.sub(v)), u.pow(v)),
  log1p: log1pFromLog,
  erf: erfFromExp,
  erfc: erfcFromExp,
  sin: (x) => {
    const halfTurns = roundToInteger(x.mul(1 / Math.PI));
    return sineAfter(x, halfTurns, isOdd(halfTurns));
  },
  cos: (x) => {
    const halfTurns = roundToInteger(x.mul(1 / Math.PI).sub(0.5));
    return sineAfter(x, halfTurns.add(0.5), isOdd(halfTurns)).neg();
  }
};
var ACCURATE_FORMS = Object.keys(FORMS);
function withAccurateForms(expressions, names) {
  const results = /* @__PURE__ */ new Map();
  const rewrite = (node) => {
    const rebuilt = rebuild(node, results);
    const operation = rebuilt.operation;
    const [u, v] = rebuilt.operands;
    const isExact = v?.operation === "constant";
    return names.includes(operation) && !isExact ? FORMS[operation](u, v) : rebuilt;
  };
  return expressions.map((expression) => {
    for (const node of nodesOf(expression)) {
      if (!results.has(node)) results.set(node, rewrite(node));
    }
    return results.get(expression);
  });
}
function log1pFromLog(x) {
  const u = x.add(1);
  const lost = u.sub(1);
  return where(u.equal(1), x, where(lost.equal(x), u.log(), u.log().mul(x.div(lost))));
}
var ERF = [
  1.128379166,
  -0.3761262582,
  0.1128358515,
  -0.02685381193,
  0.00518832768,
  -8010193578e-13,
  7853861194e-14
];
function erfFromExp(x) {
  const rest = erfcFromExp(x.abs());
  const tail = where(x.less(0), rest.sub(1), rest.neg().add(1));
  return where(x.abs().less(1), x.mul(polynomial(x.square(), ERF)), tail);
}
var SCALED_ERFC = [
  1.25300806,
  -0.1356211425,
  -0.04756244184,
  0.1296464833,
  -0.1192702456,
  0.06829577375,
  -0.02380151693,
  0.002563946975,
  0.00200769822,
  -7678671579e-13,
  -2643568338e-13
];
var ERFC_END = 10.5;
var SPLITTER = 4097;
function erfcFromExp(x) {
  const distance = x.abs().minimum(ERFC_END);
  const scaled = distance.mul(SPLITTER);
  const upper = scaled.sub(scaled.sub(distance));
  const bell2 = upper.square().neg().exp().mul(upper.sub(distance).mul(upper.add(distance)).exp());
  const position = distance.sub(3).div(distance.add(3));
  const tail = bell2.mul(polynomial(position, SCALED_ERFC)).div(distance.mul(2).add(1));
  return where(x.less(0), tail.neg().add(2), tail);
}
function roundToInteger(x) {
  const noFraction = 1.5 * 2 ** 23;
  return x.add(noFraction).sub(noFraction);
}
function isOdd(integer) {
  return integer.sub(roundToInteger(integer.mul(0.5)).mul(2)).abs();
}
var PI_PARTS = [3.140625, 9675025939941406e-19, 1509957990978376e-22];
var SINE = [-0.1666666666, 0.008333332744, -1984108133e-13, 2753611444e-15, -2407291061e-17];
function sineAfter(x, halfTurns, odd) {
  const r = PI_PARTS.reduce((rest, part) => rest.sub(halfTurns.mul(part)), x);
  const sine = r.add(r.mul(r.square().mul(polynomial(r.square(), SINE))));
  return where(odd.greater(0), sine.neg(), sine);
}

// src/kernels/tfops.ts
var INACCURATE = {
  cpu: ["sign", "erf", "erfc"],
  wasm: ["sign", "maximum", "minimum", "pow", "log1p", "erfc", "sin", "cos"]
};
var multiplyNoNan = (u, gate) => tf4.where(tf4.equal(gate, 0), 0, tf4.mul(u, gate));
var UNARY_OR_BINARY = { ...tf4, multiplyNoNan };
var composedTarget = {
  name: "composed",
  serves: () => true,
  check: () => {
  },
  run: (program, inputs, shapes) => tf4.tidy(() => {
    const values = /* @__PURE__ */ new Map();
    program.inputs.forEach((programInput, index) => {
      bind(programInput, inputs[index], values);
    });
    return program.outputs.map((output, index) => {
      const expressions = output.reduction === "histogram" ? indicators(output) : valuesOf(output);
      const inaccurate = INACCURATE[tf4.getBackend()] ?? ACCURATE_FORMS;
      const parts = withAccurateForms(expressions, inaccurate).map(
        (expression) => reduce(
          broadcast(compute(expression, values), shapes.full),
          shapes.reduced[index],
          output.reduction
        )
      );
      const isStacked = output.reduction === "histogram" || Array.isArray(output.value);
      if (isStacked) return tf4.stack(parts, -1);
      return inputs.includes(parts[0]) ? tf4.clone(parts[0]) : parts[0];
    });
  })
};
function bind(programInput, tensor2, values) {
  const tensors = programInput.length === void 0 ? [tensor2] : tf4.unstack(tensor2, -1);
  expressionsOf(programInput).forEach((node, index) => values.set(node, tensors[index]));
}
function indicators(output) {
  return valuesOf(output).flatMap(histogramIndicators);
}
function compute(expression, values) {
  for (const node of nodesOf(expression)) {
    if (!values.has(node)) values.set(node, computeNode(node, values));
  }
  return values.get(expression);
}
function computeNode(node, values) {
  if (node.operation === "constant") return node.value;
  const [u, v, w] = node.operands.map((operand) => values.get(operand));
  if (node.operation === "where") return tf4.where(u, v, w);
  if (node.operation === "neg" && typeof u === "number") return -u;
  return UNARY_OR_BINARY[node.operation](u, v);
}
function broadcast(value, shape) {
  const tensor2 = typeof value === "number" ? tf4.scalar(value) : value;
  const isFull = tf4.util.arraysEqual(tensor2.shape, shape);
  return isFull ? tensor2 : tf4.broadcastTo(tensor2, shape);
}
var REDUCE = {
  sum: tf4.sum,
  histogram: tf4.sum,
  min: tf4.min,
  max: tf4.max
};
function reduce(full, shape, reduction) {
  if (!reduction) return full;
  const offset = full.rank - shape.length;
  const axes = full.shape.flatMap(
    (size, axis) => axis < offset || shape[axis - offset] === 1 && size !== 1 ? [axis] : []
  );
  const gathered = axes.length > 0 ? REDUCE[reduction](full, axes) : full;
  return tf4.reshape(gathered, shape);
}

// src/kernels/wasm/encoder.ts
var I32 = 127;
var V128 = 123;
var INSTRUCTIONS = {
  block: [2, 64],
  loop: [3, 64],
  if: [4, 64],
  else: [5],
  end: [11],
  br: [12],
  br_if: [13],
  "local.get": [32],
  "local.set": [33],
  "local.tee": [34],
  "i32.load": [40],
  "i32.store": [54],
  "i32.const": [65],
  "i32.eqz": [69],
  "i32.lt_u": [73],
  "i32.ge_u": [79],
  "i32.add": [106],
  "i32.sub": [107],
  "i32.shl": [116],
  select: [27]
};
var SIMD_INSTRUCTIONS = {
  "v128.load": 0,
  "v128.load32_splat": 9,
  "v128.store": 11,
  "v128.const": 12,
  "i8x16.shuffle": 13,
  "i32x4.extract_lane": 27,
  "f32x4.eq": 65,
  "f32x4.ne": 66,
  "f32x4.lt": 67,
  "f32x4.gt": 68,
  "f32x4.le": 69,
  "f32x4.ge": 70,
  "f64x2.eq": 71,
  "f64x2.lt": 73,
  "v128.and": 78,
  "v128.andnot": 79,
  "v128.or": 80,
  "v128.xor": 81,
  "v128.bitselect": 82,
  "v128.any_true": 83,
  "v128.store32_lane": 90,
  "v128.store64_lane": 91,
  "v128.load32_zero": 92,
  "v128.load64_zero": 93,
  "f32x4.demote_f64x2_zero": 94,
  "f64x2.promote_low_f32x4": 95,
  "i32x4.all_true": 163,
  "i32x4.shl": 171,
  "i32x4.shr_s": 172,
  "i32x4.shr_u": 173,
  "i32x4.add": 174,
  "i32x4.sub": 177,
  "i32x4.min_s": 182,
  "i32x4.max_s": 184,
  "i64x2.shl": 203,
  "i64x2.shr_u": 205,
  "i64x2.add": 206,
  "i64x2.sub": 209,
  "f32x4.abs": 224,
  "f32x4.neg": 225,
  "f32x4.sqrt": 227,
  "f32x4.add": 228,
  "f32x4.sub": 229,
  "f32x4.mul": 230,
  "f32x4.div": 231,
  "f32x4.min": 232,
  "f32x4.max": 233,
  "f32x4.pmin": 234,
  "f32x4.pmax": 235,
  "f64x2.add": 240,
  "f64x2.sub": 241,
  "f64x2.mul": 242,
  "f64x2.div": 243,
  "f64x2.min": 244,
  "f64x2.max": 245,
  "f64x2.pmin": 246,
  "f64x2.pmax": 247,
  "f32x4.convert_i32x4_s": 250
};
var SIMD_PREFIX = 253;
function unsigned(value) {
  const bytes = [];
  let rest = value >>> 0;
  do {
    const more = rest > 127;
    bytes.push(rest & 127 | (more ? 128 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}
function signed(value) {
  const bytes = [];
  let rest = value | 0;
  for (; ; ) {
    const byte = rest & 127;
    rest >>= 7;
    const isLast = rest === 0 && !(byte & 64) || rest === -1 && Boolean(byte & 64);
    bytes.push(isLast ? byte : byte | 128);
    if (isLast) return bytes;
  }
}
var Code = class {
  constructor(parameters) {
    this.parameters = parameters;
    this.bytes = [];
    this.localTypes = [];
  }
  /** A new local variable of type I32 or V128. */
  local(type) {
    this.localTypes.push(type);
    return this.parameters + this.localTypes.length - 1;
  }
  /** Writes an instruction; `operands` are indices of locals, depths of branches or lanes. */
  emit(name, ...operands) {
    if (name in INSTRUCTIONS) {
      this.bytes.push(...INSTRUCTIONS[name]);
    } else {
      this.bytes.push(
        SIMD_PREFIX,
        ...unsigned(SIMD_INSTRUCTIONS[name])
      );
    }
    for (const operand of operands) this.bytes.push(...unsigned(operand));
  }
  constantI32(value) {
    this.emit("i32.const");
    this.bytes.push(...signed(value));
  }
  constantV128(bytes) {
    this.emit("v128.const");
    this.bytes.push(...bytes);
  }
  shuffle(lanes) {
    this.emit("i8x16.shuffle");
    this.bytes.push(...lanes);
  }
  /** A load or store `offset` bytes beyond the address on the stack; memory is taken as unaligned. */
  access(name, offset = 0, lane) {
    this.emit(name, 0, offset);
    if (lane !== void 0) this.bytes.push(lane);
  }
  toBytes() {
    const locals = this.localTypes.flatMap((type) => [1, type]);
    const body = [...unsigned(this.localTypes.length), ...locals, ...this.bytes, 11];
    return [...unsigned(body.length), ...body];
  }
};
function section(id, items) {
  const content = [...unsigned(items.length), ...items.flat()];
  return [id, ...unsigned(content.length), ...content];
}
function text2(name) {
  return [...unsigned(name.length), ...Array.from(name, (letter) => letter.charCodeAt(0))];
}
var LARGEST_MEMORY_PAGES = 65536;
function moduleBytes(code, parameters, sharedMemory) {
  const type = [96, ...unsigned(parameters), ...Array(parameters).fill(I32), 0];
  const limits = sharedMemory ? [3, 0, ...unsigned(LARGEST_MEMORY_PAGES)] : [0, 0];
  return Uint8Array.from([
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...section(1, [type]),
    ...section(2, [[...text2("env"), ...text2("memory"), 2, ...limits]]),
    ...section(3, [[0]]),
    ...section(7, [[...text2("run"), 0, 0]]),
    ...section(10, [code.toBytes()])
  ]);
}

// src/kernels/wasm/lanes.ts
var FLOAT32 = new Float32Array(1);
var FLOAT32_BITS = new Int32Array(FLOAT32.buffer);
var FLOAT64 = new Float64Array(1);
var FLOAT64_BITS = new Int32Array(FLOAT64.buffer);
var Lanes = class {
  /** Use `LaneGraph` and the methods, which keep equal vectors one. */
  constructor(graph, instruction, operands, immediates = [], name = "") {
    this.graph = graph;
    this.instruction = instruction;
    this.operands = operands;
    this.immediates = immediates;
    this.name = name;
    this.add = (other) => this.apply("f32x4.add", other);
    this.sub = (other) => this.apply("f32x4.sub", other);
    this.mul = (other) => this.apply("f32x4.mul", other);
    this.div = (other) => this.apply("f32x4.div", other);
    this.neg = () => this.apply("f32x4.neg");
    this.abs = () => this.apply("f32x4.abs");
    this.sqrt = () => this.apply("f32x4.sqrt");
    /** The smaller of both; NaN where either is. */
    this.min = (other) => this.apply("f32x4.min", other);
    this.max = (other) => this.apply("f32x4.max", other);
    /** As `min` and `max`, in one instruction, where `bound` is never NaN. */
    this.atMost = (bound) => this.apply("f32x4.pmin", bound);
    this.atLeast = (bound) => this.apply("f32x4.pmax", bound);
    this.equal = (other) => this.apply("f32x4.eq", other);
    this.notEqual = (other) => this.apply("f32x4.ne", other);
    this.less = (other) => this.apply("f32x4.lt", other);
    this.greater = (other) => this.apply("f32x4.gt", other);
    this.lessEqual = (other) => this.apply("f32x4.le", other);
    this.greaterEqual = (other) => this.apply("f32x4.ge", other);
    this.and = (other) => this.apply("v128.and", other);
    this.or = (other) => this.apply("v128.or", other);
    this.xor = (other) => this.apply("v128.xor", other);
    /** These bits, but 0 where `mask` has ones. */
    this.without = (mask) => this.apply("v128.andnot", mask);
    /** As integers. */
    this.shiftLeft = (bits) => this.graph.node("i32x4.shl", [this], [bits]);
    this.shiftRight = (bits) => this.graph.node("i32x4.shr_u", [this], [bits]);
    this.shiftRightSigned = (bits) => this.graph.node("i32x4.shr_s", [this], [bits]);
    this.addIntegers = (other) => this.apply("i32x4.add", other);
    this.subIntegers = (other) => this.apply("i32x4.sub", other);
    this.atMostInteger = (bound) => this.apply("i32x4.min_s", bound);
    this.atLeastInteger = (bound) => this.apply("i32x4.max_s", bound);
    this.toFloat = () => this.apply("f32x4.convert_i32x4_s");
    /** Any further instruction of the same kind. */
    this.with = (instruction, ...others) => this.apply(instruction, ...others);
    /** A number in each lane. */
    this.constant = (value) => this.graph.constant(value);
    /** A 32-bit integer in each lane. */
    this.integer = (value) => this.graph.integer(value);
    /** A float64 number in both halves. */
    this.float64 = (value) => this.graph.float64(value);
    /** The bytes of `this` and `other`, in another order. */
    this.shuffle = (other, bytes) => this.graph.node("i8x16.shuffle", [this, other], bytes);
    this.shiftWide = (instruction, bits) => this.graph.node(instruction, [this], [bits]);
  }
  apply(instruction, ...others) {
    const operands = others.map(
      (other) => typeof other === "number" ? this.graph.constant(other) : other
    );
    return this.graph.node(instruction, [this, ...operands]);
  }
  /** Of a mask: `whenTrue` where it holds, else `whenFalse`. */
  choose(whenTrue, whenFalse) {
    const [yes, no] = [whenTrue, whenFalse].map(
      (each) => typeof each === "number" ? this.graph.constant(each) : each
    );
    if (yes === no) return yes;
    if (no === this.graph.constant(0)) return yes.and(this);
    if (yes === this.graph.constant(0)) return no.without(this);
    return this.graph.node("v128.bitselect", [yes, no, this]);
  }
};
var LaneGraph = class {
  constructor() {
    this.known = /* @__PURE__ */ new Map();
    this.ids = /* @__PURE__ */ new Map();
  }
  input(name) {
    return this.intern(`input ${name}`, () => new Lanes(this, "input", [], [], name));
  }
  constant(value) {
    FLOAT32[0] = value;
    return this.integer(FLOAT32_BITS[0]);
  }
  integer(value) {
    return this.node("v128.const", [], [value, value, value, value]);
  }
  float64(value) {
    FLOAT64[0] = value;
    const [low, high] = FLOAT64_BITS;
    return this.node("v128.const", [], [low, high, low, high]);
  }
  node(instruction, operands, immediates = []) {
    const ids = operands.map((operand) => this.ids.get(operand));
    return this.intern(
      `${instruction} ${ids} ${immediates}`,
      () => new Lanes(this, instruction, operands, immediates)
    );
  }
  intern(key, create2) {
    let lanes = this.known.get(key);
    if (!lanes) {
      lanes = create2();
      this.known.set(key, lanes);
      this.ids.set(lanes, this.ids.size);
    }
    return lanes;
  }
};
function orderOf(roots) {
  const seen = /* @__PURE__ */ new Set();
  const visit = (lanes) => {
    if (seen.has(lanes)) return;
    lanes.operands.forEach(visit);
    seen.add(lanes);
  };
  roots.forEach(visit);
  return [...seen];
}

// src/kernels/wasm/math.ts
function polynomial2(x, coefficients) {
  const [last, ...others] = [...coefficients].reverse();
  return others.reduce((sum2, coefficient) => sum2.mul(x).add(coefficient), x.constant(last));
}
var LOG2_E = 1.4426950408889634;
var LN2_HIGH = 0.693359375;
var LN2_LOW = -21219444e-11;
var ROUNDING = 1.5 * 2 ** 23;
var EXPONENTIAL = [0.4999999815, 0.1666654362, 0.04166719986, 0.008366520577, 0.001388252151];
var EXPONENT_BIAS = 127;
var MANTISSA_BITS = 23;
var LOWEST_EXPONENT = { whole: -88.02, half: -87.4 };
var HIGHEST_EXPONENT = 89;
function reduce2(x, power) {
  const offset = ROUNDING + EXPONENT_BIAS - (power === "half" ? 1 : 0);
  const shifted = x.mul(LOG2_E).add(offset);
  const n = shifted.sub(offset);
  const r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
  const rest = r.add(r.mul(r).mul(polynomial2(r, EXPONENTIAL)));
  return { rest, power: shifted.shiftLeft(MANTISSA_BITS) };
}
function isNeverPositive({ instruction, operands: [inner2] }) {
  if (instruction !== "f32x4.neg") return false;
  const isSquare = inner2.instruction === "f32x4.mul" && inner2.operands[0] === inner2.operands[1];
  return inner2.instruction === "f32x4.abs" || isSquare;
}
function exp(x) {
  if (isNeverPositive(x)) {
    const { rest: rest2, power: power2 } = reduce2(x.atLeast(LOWEST_EXPONENT.whole), "whole");
    return rest2.add(1).mul(power2);
  }
  const bounded2 = x.atLeast(LOWEST_EXPONENT.half).atMost(HIGHEST_EXPONENT);
  const { rest, power } = reduce2(bounded2, "half");
  const half = rest.add(1).mul(power);
  return half.add(half);
}
var LOWEST_EXPM1 = -18;
function expm1(x) {
  const { rest, power } = reduce2(x.atLeast(LOWEST_EXPM1).atMost(HIGHEST_EXPONENT), "half");
  const half = power.mul(rest).add(power.sub(0.5));
  return half.add(half);
}
function decay(x) {
  return exp(x.abs().neg());
}
function sigmoid2(x) {
  const tail = decay(x);
  return x.less(0).choose(tail, 1).div(tail.add(1));
}
function sigmoidSlope(x) {
  const tail = decay(x);
  const sum2 = tail.add(1);
  return tail.div(sum2.mul(sum2));
}
var LOG1P_OF_DECAY = [
  0.9999999953,
  -0.4999990242,
  0.3332996242,
  -0.2495413365,
  0.1967593923,
  -0.1530559248,
  0.1060365474,
  -0.05695953282,
  0.0198514616,
  -0.00324402501
];
function softplus2(x) {
  const tail = decay(x);
  return x.atLeast(0).add(tail.mul(polynomial2(tail, LOG1P_OF_DECAY)));
}
function tanhOfSoftplus(x) {
  const tail = decay(x);
  const isNegative = x.less(0);
  const numerator = isNegative.choose(tail.mul(tail.add(2)), tail.add(tail).add(1));
  const rest = isNegative.choose(2, tail.mul(tail).mul(2));
  return numerator.div(numerator.add(rest));
}
function sigmoidSlopeOfTwiceSoftplus(x) {
  const root = sigmoid2(x.neg());
  const square = root.mul(root);
  const sum2 = square.add(1);
  return square.div(sum2.mul(sum2));
}
var SMALL_TANH = 0.625;
var TANH = [-0.3333328194, 0.133314422, -0.0537397151, 0.02063908732, -0.005704987094];
function tanh(x) {
  const square = x.mul(x);
  const near = x.add(x.mul(square).mul(polynomial2(square, TANH)));
  const tail = decay(x.add(x));
  const size = x.constant(1).sub(tail).div(tail.add(1));
  const far = size.or(x.and(x.constant(-0)));
  return x.abs().less(SMALL_TANH).choose(near, far);
}
var LARGEST_FLOAT322 = 34028234663852886e22;
var SMALLEST_NORMAL = 2 ** -126;
var SQUARE_ROOT_OF_HALF_BITS = 1060439283;
var LOGARITHM = [
  0.3333333171,
  -0.2500082103,
  0.2000122688,
  -0.1662335738,
  0.1420175783,
  -0.1316018191,
  0.1276157806,
  -0.07634499078
];
function logarithm(u, correction) {
  const isTiny = u.less(SMALLEST_NORMAL);
  const scaled = isTiny.choose(u.mul(2 ** MANTISSA_BITS), u);
  const offset = u.integer(SQUARE_ROOT_OF_HALF_BITS);
  const exponent = scaled.subIntegers(offset).shiftRightSigned(MANTISSA_BITS);
  const f = scaled.subIntegers(exponent.shiftLeft(MANTISSA_BITS)).sub(1);
  const k = exponent.toFloat().sub(isTiny.choose(MANTISSA_BITS, 0));
  const square = f.mul(f);
  const curve = square.mul(f).mul(polynomial2(f, LOGARITHM)).sub(square.mul(0.5));
  const small = k.mul(LN2_LOW).add(correction ? curve.add(correction) : curve);
  return k.mul(LN2_HIGH).add(f.add(small));
}
function limitsOfLog(u, value) {
  const isRegular = u.greater(0).and(u.lessEqual(LARGEST_FLOAT322));
  const limit = u.equal(0).choose(-Infinity, u.less(0).choose(NaN, u));
  return isRegular.choose(value, limit);
}
function log(x) {
  return limitsOfLog(x, logarithm(x));
}
function log1p(x) {
  const u = x.add(1);
  return limitsOfLog(u, logarithm(u, x.sub(u.sub(1)).div(u)));
}
var PI_PARTS2 = [3.140625, 9675025939941406e-19, 1509957990978376e-22];
var SINE2 = [-0.1666666666, 0.008333332744, -1984108133e-13, 2753611444e-15, -2407291061e-17];
var LARGEST_REST = 1.6;
function sineAfter2(x, halfTurns, parity) {
  const rest = PI_PARTS2.reduce((r2, part) => r2.sub(halfTurns.mul(part)), x);
  const r = rest.atMost(LARGEST_REST).atLeast(-LARGEST_REST);
  const square = r.mul(r);
  const sine = r.add(r.mul(square).mul(polynomial2(square, SINE2)));
  return sine.xor(parity.shiftLeft(31));
}
function sin(x) {
  const shifted = x.mul(1 / Math.PI).add(ROUNDING);
  return sineAfter2(x, shifted.sub(ROUNDING), shifted);
}
function cos(x) {
  const shifted = x.mul(1 / Math.PI).sub(0.5).add(ROUNDING);
  return sineAfter2(x, shifted.sub(ROUNDING).add(0.5), shifted).neg();
}

// src/kernels/wasm/power.ts
var UPPER_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
var JOIN = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
var MANTISSA_BITS2 = 52;
var EXPONENT_BIAS2 = 1023;
var ROUNDING2 = 1.5 * 2 ** MANTISSA_BITS2;
var INTEGER_TO_FLOAT = 2 ** MANTISSA_BITS2;
var HIGHEST_EXPONENT2 = 200;
var LOGARITHM2 = Array.from({ length: 9 }, (_, n) => 2 / (2 * n + 1));
var EXPONENTIAL2 = Array.from({ length: 10 }).reduce(
  (series) => [...series, series[series.length - 1] / series.length],
  [1]
);
function polynomial3(x, coefficients) {
  const [last, ...others] = [...coefficients].reverse();
  return others.reduce(
    (sum2, coefficient) => sum2.with("f64x2.mul", x).with("f64x2.add", x.float64(coefficient)),
    x.float64(last)
  );
}
function log2(u) {
  const exponent = u.shiftWide("i64x2.shr_u", MANTISSA_BITS2);
  const mantissa = u.with("i64x2.sub", exponent.shiftWide("i64x2.shl", MANTISSA_BITS2)).or(u.float64(1));
  const sum2 = mantissa.with("f64x2.add", u.float64(1));
  const s = mantissa.with("f64x2.sub", u.float64(1)).with("f64x2.div", sum2);
  const logarithm2 = s.with("f64x2.mul", polynomial3(s.with("f64x2.mul", s), LOGARITHM2)).with("f64x2.mul", u.float64(Math.LOG2E));
  const integer = exponent.or(u.float64(INTEGER_TO_FLOAT)).with("f64x2.sub", u.float64(INTEGER_TO_FLOAT + EXPONENT_BIAS2));
  return integer.with("f64x2.add", logarithm2);
}
function exp2(x) {
  const bounded2 = x.with("f64x2.pmin", x.float64(HIGHEST_EXPONENT2)).with("f64x2.pmax", x.float64(-HIGHEST_EXPONENT2));
  const shifted = bounded2.with("f64x2.add", x.float64(ROUNDING2 + EXPONENT_BIAS2));
  const n = shifted.with("f64x2.sub", x.float64(ROUNDING2 + EXPONENT_BIAS2));
  const rest = bounded2.with("f64x2.sub", n).with("f64x2.mul", x.float64(Math.LN2));
  const power = shifted.shiftWide("i64x2.shl", MANTISSA_BITS2);
  return polynomial3(rest, EXPONENTIAL2).with("f64x2.mul", power);
}
function powerOfHalf(size, v) {
  const [base, exponent] = [size, v].map((each) => each.with("f64x2.promote_low_f32x4"));
  return exp2(exponent.with("f64x2.mul", log2(base))).with("f32x4.demote_f64x2_zero");
}
var EVEN_FROM = 2 ** 24;
var ROUNDING32 = 1.5 * 2 ** 23;
function isInteger(x) {
  const rounded = x.add(ROUNDING32).sub(ROUNDING32);
  return x.equal(rounded).or(x.abs().greaterEqual(ROUNDING32 / 3));
}
function pow(u, v) {
  const size = u.abs();
  const regular = powerOfHalf(size, v).shuffle(
    powerOfHalf(size.shuffle(size, UPPER_HALF), v.shuffle(v, UPPER_HALF)),
    JOIN
  );
  const grows = size.greater(1).xor(v.less(0));
  const isLimit = size.equal(0).or(size.equal(Infinity)).or(v.abs().equal(Infinity));
  const limit = grows.choose(Infinity, 0);
  const magnitude = isLimit.choose(limit, regular);
  const half = v.mul(0.5);
  const isOdd2 = isInteger(v).without(isInteger(half)).without(v.abs().greaterEqual(EVEN_FROM));
  const sign = u.and(u.constant(-0)).and(isOdd2);
  const isUndefined = u.less(0).and(u.greater(-Infinity)).without(isInteger(v)).or(size.equal(1).and(v.abs().equal(Infinity))).or(u.notEqual(u)).or(v.notEqual(v));
  return v.equal(0).choose(1, isUndefined.choose(NaN, magnitude.xor(sign)));
}

// src/kernels/wasm/lower.ts
var COMPOSED = ["erf", "erfc"];
var OPERATIONS3 = {
  add: (u, v) => u.add(v),
  sub: (u, v) => u.sub(v),
  mul: (u, v) => u.mul(v),
  div: (u, v) => u.div(v),
  pow,
  minimum: (u, v) => u.min(v),
  maximum: (u, v) => u.max(v),
  multiplyNoNan: (u, v) => u.mul(v).without(v.equal(0)),
  neg: (u) => u.neg(),
  abs: (u) => u.abs(),
  sign: (u) => u.greater(0).choose(1, u.less(0).choose(-1, u)),
  square: (u) => u.mul(u),
  sqrt: (u) => u.sqrt(),
  rsqrt: (u) => u.constant(1).div(u.sqrt()),
  exp,
  expm1,
  log,
  log1p,
  sigmoid: sigmoid2,
  softplus: softplus2,
  tanh,
  erf: () => {
    throw new Error("erf is composed of others");
  },
  erfc: () => {
    throw new Error("erfc is composed of others");
  },
  sin,
  cos
};
var COMPARISONS3 = {
  greater: (u, v) => u.greater(v),
  greaterEqual: (u, v) => u.greaterEqual(v),
  less: (u, v) => u.less(v),
  lessEqual: (u, v) => u.lessEqual(v),
  equal: (u, v) => u.equal(v)
};
var Lowering = class {
  constructor() {
    this.graph = new LaneGraph();
    this.results = /* @__PURE__ */ new Map();
  }
  /** The vectors of several expressions. */
  lower(expressions) {
    return withAccurateForms(expressions, COMPOSED).map((expression) => {
      for (const node of nodesOf(expression)) {
        if (!this.results.has(node)) this.results.set(node, this.lowerNode(node));
      }
      return this.results.get(expression);
    });
  }
  lowerNode(node) {
    const [u, v, w] = node.operands.map((operand) => this.results.get(operand));
    if (node instanceof Condition) return COMPARISONS3[node.operation](u, v);
    if (node.operation === "constant") return this.graph.constant(node.value);
    if (node.operation === "input") return this.graph.input(node.name);
    if (node.operation === "where") return u.choose(v, w);
    return this.shortcut(node) ?? OPERATIONS3[node.operation](u, v);
  }
  /** A cheaper form of an operation, where its operands allow one. */
  shortcut(node) {
    const [first, second] = node.operands;
    const [u, v] = [first, second].map((operand) => this.results.get(operand));
    switch (node.operation) {
      case "minimum":
      case "maximum":
        return bounded(node, u, v);
      case "div":
        return hasReciprocal(second) ? u.mul(1 / second.value) : void 0;
      case "mul":
        return this.slopeOfSigmoid(first, second);
      case "tanh":
        return first.operation === "softplus" ? tanhOfSoftplus(this.operandOf(first)) : void 0;
      default:
        return void 0;
    }
  }
  /** σ(s) · σ(−s), and where s is twice a softplus, the slope of tanh there. */
  slopeOfSigmoid(first, second) {
    if (first.operation !== "sigmoid" || second.operation !== "sigmoid") return void 0;
    const [s, t] = [first.operands[0], second.operands[0]];
    if (s !== negative(t) && t !== negative(s)) return void 0;
    const doubled = [s, t].find(({ operation, operands }) => {
      const [left, right] = operands;
      return operation === "mul" && left.operation === "softplus" && right === constant(2);
    });
    if (!doubled) return sigmoidSlope(this.results.get(s));
    const [softplus4] = doubled.operands;
    return sigmoidSlopeOfTwiceSoftplus(this.operandOf(softplus4));
  }
  operandOf({ operands: [operand] }) {
    return this.results.get(operand);
  }
};
function negative(s) {
  if (s.operation === "neg") return s.operands[0];
  const [left, right] = s.operands;
  const isScaled = s.operation === "mul" && right.operation === "constant";
  return isScaled ? left.mul(-right.value) : s.neg();
}
function bounded({ operation, operands }, u, v) {
  const [first, second] = operands;
  const isMinimum = operation === "minimum";
  if (second.operation === "constant") return isMinimum ? u.atMost(v) : u.atLeast(v);
  if (first.operation === "constant") return isMinimum ? v.atMost(u) : v.atLeast(u);
  return void 0;
}
function hasReciprocal({ operation, value }) {
  const reciprocal = Math.fround(1 / value);
  return operation === "constant" && Number.isFinite(reciprocal) && Math.abs(reciprocal) > 1e-37;
}

// src/kernels/wasm/kernel.ts
var INPUT_PARAMETERS = 2;
var OUTPUT_PARAMETERS = 3;
var BAND_ROWS = 32;
var CHUNK_COLUMNS = 256;
var FLOAT32_BYTES = 4;
var VECTOR_BYTES = 16;
var LANES = 4;
var SIDE_BY_SIDE = [
  [48, 4],
  [200, 2]
];
var UPPER_HALF2 = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
var JOIN2 = {
  sum: { narrow: "f32x4.add", wide: "f64x2.add", neutral: 0 },
  min: { narrow: "f32x4.min", wide: "f64x2.min", neutral: Infinity },
  max: { narrow: "f32x4.max", wide: "f64x2.max", neutral: -Infinity }
};
function neutralOf(reduction) {
  return reduction === "histogram" ? 0 : JOIN2[reduction].neutral;
}
function histogramBins(x) {
  const count = LARGEST_EXPONENT - SMALLEST_EXPONENT + 1;
  const zeroBin = count + 1;
  const size = x.abs();
  const exponent = size.shiftRight(23).subIntegers(x.integer(127 + SMALLEST_EXPONENT));
  const bounded2 = exponent.atLeastInteger(x.integer(0)).atMostInteger(x.integer(count - 1));
  const step = size.equal(Infinity).choose(x.integer(count + 1), bounded2.addIntegers(x.integer(1))).without(x.equal(0));
  const sign = x.shiftRightSigned(31);
  const bin = step.xor(sign).subIntegers(sign).addIntegers(x.integer(zeroBin));
  return x.equal(x).choose(bin, x.integer(HISTOGRAM_BINS - 1));
}
function kernelBytes(program, inputPlacements, outputModes, sharedMemory) {
  const lowering = new Lowering();
  const outputs = program.outputs.flatMap(
    (output, index) => lowering.lower(valuesOf(output)).map((lanes) => ({
      ...outputModes[index],
      value: output.reduction === "histogram" ? histogramBins(lanes) : lanes
    }))
  );
  const inputs = [...inputPlacements].map(([name, placement]) => ({ name, placement }));
  return new KernelWriter(inputs, outputs).write(sharedMemory);
}
var KernelWriter = class {
  constructor(inputs, outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.levels = /* @__PURE__ */ new Map();
    /** The local variables of what is computed outside the innermost loop. */
    this.outer = /* @__PURE__ */ new Map();
    this.rows = 0;
    this.columns = 1;
    this.positions = /* @__PURE__ */ new Map();
    this.registers = /* @__PURE__ */ new Map();
    this.parameters = 2 + INPUT_PARAMETERS * inputs.length + OUTPUT_PARAMETERS * outputs.length;
    this.code = new Code(this.parameters);
    this.order = orderOf(outputs.map(({ value }) => value));
    this.temporary = this.code.local(V128);
    this.classify();
    for (const stream of [...inputs, ...outputs]) {
      if (stream.placement.columns) this.positions.set(stream, this.code.local(I32));
    }
    for (const output of outputs) {
      if (isInRegister(output)) this.registers.set(output, this.code.local(V128));
    }
  }
  write(sharedMemory) {
    this.computeOutside(0);
    const band = this.code.local(I32);
    this.countDown(this.rows, BAND_ROWS, band, () => {
      this.repeat(band, 1, () => this.row());
      for (const output of this.outputs) if (isInMemory(output)) this.widenColumns(output);
    });
    return moduleBytes(this.code, this.parameters, sharedMemory);
  }
  classify() {
    for (const lanes of this.order) {
      const own = lanes.instruction === "input" ? levelOf(this.inputOf(lanes).placement) : 0;
      const levels = lanes.operands.map((operand) => this.levels.get(operand));
      const level = Math.max(own, ...levels);
      this.levels.set(lanes, level);
      if (level < 2) this.outer.set(lanes, this.code.local(V128));
    }
  }
  inputOf({ name }) {
    return this.inputs.find((input2) => input2.name === name);
  }
  inputParameter(input2) {
    return 2 + INPUT_PARAMETERS * this.inputs.indexOf(input2);
  }
  outputParameter(output) {
    return 2 + INPUT_PARAMETERS * this.inputs.length + OUTPUT_PARAMETERS * this.outputs.indexOf(output);
  }
  parameterOf(stream) {
    return "value" in stream ? this.outputParameter(stream) : this.inputParameter(stream);
  }
  /** Computes what is the same along a row, or everywhere. */
  computeOutside(level) {
    for (const lanes of this.order) {
      if (this.levels.get(lanes) !== level) continue;
      if (lanes.instruction === "input") {
        this.code.emit("local.get", this.inputParameter(this.inputOf(lanes)));
        this.code.access("v128.load32_splat");
      } else {
        this.apply(lanes, (operand) => this.outer.get(operand));
      }
      this.code.emit("local.set", this.outer.get(lanes));
    }
  }
  /** Leaves a vector on the stack, from its operands in local variables. */
  apply(lanes, localOf) {
    const { code } = this;
    for (const operand of lanes.operands) code.emit("local.get", localOf(operand));
    if (lanes.instruction === "v128.const") {
      code.constantV128(new Uint8Array(Int32Array.from(lanes.immediates).buffer));
    } else if (lanes.instruction === "i8x16.shuffle") {
      code.shuffle(lanes.immediates);
    } else {
      for (const distance of lanes.immediates) code.constantI32(distance);
      code.emit(lanes.instruction);
    }
  }
  row() {
    const { code } = this;
    this.computeOutside(1);
    for (const [stream, position] of this.positions) {
      const start = isInMemory(stream) ? 2 : 0;
      code.emit("local.get", this.parameterOf(stream) + start);
      code.emit("local.set", position);
    }
    const rest = code.local(I32);
    code.emit("local.get", this.columns);
    code.emit("local.set", rest);
    if (this.registers.size === 0) {
      this.walk(rest);
    } else {
      const chunk = code.local(I32);
      this.countDown(rest, CHUNK_COLUMNS, chunk, () => {
        for (const [output, register] of this.registers) {
          this.pushConstant(neutralOf(output.reduction));
          code.emit("local.set", register);
        }
        this.walk(chunk);
        for (const output of this.registers.keys()) this.widenRegister(output);
      });
    }
    for (const stream of [...this.inputs, ...this.outputs]) {
      if (!stream.placement.rows) continue;
      const parameter = this.parameterOf(stream);
      code.emit("local.get", parameter);
      code.emit("local.get", parameter + 1);
      code.emit("i32.add");
      code.emit("local.set", parameter);
    }
  }
  /** Computes `count` columns: several vectors at a time, then one, then single elements. */
  walk(count) {
    const inner2 = this.order.filter((lanes) => this.levels.get(lanes) === 2).length;
    const sideBySide = SIDE_BY_SIDE.find(([instructions]) => inner2 <= instructions)?.[1] ?? 1;
    if (sideBySide > 1) this.turns(count, sideBySide, LANES);
    this.turns(count, 1, LANES);
    this.turns(count, 1, 1);
  }
  /** Repeats a turn that computes `vectors` vectors of `width` elements, while that many are left. */
  turns(count, vectors, width) {
    this.repeat(count, width * vectors, () => {
      this.turn(vectors, width);
      for (const [stream, position] of this.positions) {
        this.code.emit("local.get", position);
        this.code.constantI32(FLOAT32_BYTES * width * vectors * bytesPerStep(stream));
        this.code.emit("i32.add");
        this.code.emit("local.set", position);
      }
    });
  }
  /**
   * Computes vectors side by side, step by step, so that a processor need not wait for one step's
   * result before it begins the next.
   */
  turn(vectors, width) {
    const { code } = this;
    const inner2 = this.order.filter((lanes) => this.levels.get(lanes) === 2);
    const slots = this.assignSlots(inner2, vectors);
    const localOf = (lanes, vector) => this.outer.get(lanes) ?? slots.get(lanes)[vector];
    for (const lanes of inner2) {
      for (let vector = 0; vector < vectors; vector++) {
        if (lanes.instruction === "input") {
          code.emit("local.get", this.positions.get(this.inputOf(lanes)));
          code.access(width === 1 ? "v128.load32_zero" : "v128.load", vector * VECTOR_BYTES);
        } else {
          this.apply(lanes, (operand) => localOf(operand, vector));
        }
        code.emit("local.set", localOf(lanes, vector));
      }
    }
    for (const output of this.outputs) {
      for (let vector = 0; vector < vectors; vector++) {
        this.deliver(output, localOf(output.value, vector), vector, width);
      }
    }
  }
  /** Local variables for the vectors of a turn; one whose vector is used up serves another. */
  assignSlots(inner2, vectors) {
    const lastUse = /* @__PURE__ */ new Map();
    inner2.forEach((lanes, index) => lanes.operands.forEach((each) => lastUse.set(each, index)));
    for (const { value } of this.outputs) lastUse.set(value, Infinity);
    const slots = /* @__PURE__ */ new Map();
    const free = [];
    inner2.forEach((lanes, index) => {
      for (const operand of new Set(lanes.operands)) {
        if (lastUse.get(operand) === index && slots.has(operand)) free.push(slots.get(operand));
      }
      slots.set(lanes, free.pop() ?? Array.from({ length: vectors }, () => this.code.local(V128)));
    });
    return slots;
  }
  /** Stores or gathers the vector `vector` of an output, or with a width of 1 its first element. */
  deliver(output, value, vector, width) {
    const { code } = this;
    const { reduction } = output;
    const offset = VECTOR_BYTES * vector * bytesPerStep(output);
    if (reduction === void 0) {
      code.emit("local.get", this.positions.get(output));
      code.emit("local.get", value);
      this.store(offset, width);
    } else if (reduction === "histogram") {
      this.count(output, value, vector, width);
    } else if (isInRegister(output)) {
      const register = this.registers.get(output);
      code.emit("local.get", register);
      code.emit("local.get", value);
      if (width === 1) this.keepFirst(neutralOf(reduction));
      code.emit(JOIN2[reduction].narrow);
      code.emit("local.set", register);
    } else if (isInMemory(output)) {
      code.emit("local.get", this.positions.get(output));
      code.emit("local.get", value);
      code.emit("local.get", this.positions.get(output));
      code.access(width === 1 ? "v128.load32_zero" : "v128.load", offset);
      code.emit(JOIN2[reduction].narrow);
      this.store(offset, width);
    } else {
      this.widen(value, this.positions.get(output), offset, reduction, width);
    }
  }
  store(offset, width) {
    if (width === 1) this.code.access("v128.store32_lane", offset, 0);
    else this.code.access("v128.store", offset);
  }
  /** Leaves the first lane of the vector on the stack, and the neutral number in the others. */
  keepFirst(neutral) {
    const bytes = new Uint8Array(VECTOR_BYTES);
    bytes.fill(255, 0, FLOAT32_BYTES);
    if (neutral !== 0) this.pushConstant(neutral);
    this.code.constantV128(bytes);
    this.code.emit(neutral === 0 ? "v128.and" : "v128.bitselect");
  }
  pushConstant(value) {
    this.code.constantV128(new Uint8Array(Float32Array.of(value, value, value, value).buffer));
  }
  /** Leaves the lower or upper half of a float32 vector on the stack, as float64. */
  pushHalf(value, isUpper) {
    const { code } = this;
    code.emit("local.get", value);
    if (isUpper) {
      code.emit("local.get", value);
      code.shuffle(UPPER_HALF2);
    }
    code.emit("f64x2.promote_low_f32x4");
  }
  /** Joins float32 numbers with float64 ones in memory. */
  widen(value, position, offset, reduction, width) {
    const { code } = this;
    const halves = width === 1 ? [false] : [false, true];
    halves.forEach((isUpper, half) => {
      const at = offset + half * VECTOR_BYTES;
      code.emit("local.get", position);
      this.pushHalf(value, isUpper);
      code.emit("local.get", position);
      code.access(width === 1 ? "v128.load64_zero" : "v128.load", at);
      code.emit(JOIN2[reduction].wide);
      if (width === 1) code.access("v128.store64_lane", at, 0);
      else code.access("v128.store", at);
    });
  }
  /** Joins a register's lanes with the float64 number of its output. */
  widenRegister(output) {
    const { code } = this;
    const { wide } = JOIN2[output.reduction];
    const register = this.registers.get(output);
    const address = this.outputParameter(output);
    this.pushHalf(register, false);
    this.pushHalf(register, true);
    code.emit(wide);
    code.emit("local.set", this.temporary);
    code.emit("local.get", address);
    code.emit("local.get", this.temporary);
    code.emit("local.get", this.temporary);
    code.emit("local.get", this.temporary);
    code.shuffle(UPPER_HALF2);
    code.emit(wide);
    code.emit("local.get", address);
    code.access("v128.load64_zero");
    code.emit(wide);
    code.access("v128.store64_lane", 0, 0);
  }
  /** Joins the float32 results of a band of rows with the float64 ones, and starts them anew. */
  widenColumns(output) {
    const { code } = this;
    const reduction = output.reduction;
    const [narrow, wide, rest] = [code.local(I32), code.local(I32), code.local(I32)];
    const parameter = this.outputParameter(output);
    for (const [local, from] of [
      [narrow, parameter + 2],
      [wide, parameter],
      [rest, this.columns]
    ]) {
      code.emit("local.get", from);
      code.emit("local.set", local);
    }
    for (const width of [LANES, 1]) {
      this.repeat(rest, width, () => {
        code.emit("local.get", narrow);
        code.access(width === 1 ? "v128.load32_zero" : "v128.load");
        code.emit("local.set", this.temporary);
        this.widen(this.temporary, wide, 0, reduction, width);
        code.emit("local.get", narrow);
        this.pushConstant(neutralOf(reduction));
        this.store(0, width);
        for (const [local, bytes] of [
          [narrow, width * FLOAT32_BYTES],
          [wide, width * 2 * FLOAT32_BYTES]
        ]) {
          code.emit("local.get", local);
          code.constantI32(bytes);
          code.emit("i32.add");
          code.emit("local.set", local);
        }
      });
    }
  }
  /** Adds 1 to the count of each lane's bin. */
  count(output, value, vector, width) {
    const { code } = this;
    const binBytes = HISTOGRAM_BINS * FLOAT32_BYTES;
    const base = this.positions.get(output) ?? this.outputParameter(output);
    const address = code.local(I32);
    for (let lane = 0; lane < width; lane++) {
      const unit = output.placement.columns ? vector * LANES + lane : 0;
      code.emit("local.get", value);
      code.emit("i32x4.extract_lane", lane);
      code.constantI32(2);
      code.emit("i32.shl");
      code.emit("local.get", base);
      code.emit("i32.add");
      code.emit("local.tee", address);
      code.emit("local.get", address);
      code.access("i32.load", unit * binBytes);
      code.constantI32(1);
      code.emit("i32.add");
      code.access("i32.store", unit * binBytes);
    }
  }
  /** Repeats `body`, `step` off `counter` each time, while that much is left. */
  repeat(counter, step, body) {
    const { code } = this;
    const isLeft = () => {
      code.constantI32(step);
      code.emit("i32.ge_u");
    };
    code.emit("local.get", counter);
    isLeft();
    code.emit("if");
    code.emit("loop");
    body();
    code.emit("local.get", counter);
    code.constantI32(step);
    code.emit("i32.sub");
    code.emit("local.tee", counter);
    isLeft();
    code.emit("br_if", 0);
    code.emit("end");
    code.emit("end");
  }
  /** Repeats `body` with `part` set to at most `largest`, until `total` is used up. */
  countDown(total, largest, part, body) {
    const { code } = this;
    this.repeat(total, 1, () => {
      code.emit("local.get", total);
      code.constantI32(largest);
      code.emit("local.get", total);
      code.constantI32(largest);
      code.emit("i32.lt_u");
      code.emit("select");
      code.emit("local.set", part);
      code.emit("local.get", total);
      code.emit("local.get", part);
      code.emit("i32.sub");
      code.constantI32(1);
      code.emit("i32.add");
      code.emit("local.set", total);
      body();
    });
  }
};
function levelOf({ rows, columns }) {
  if (columns) return 2;
  return rows ? 1 : 0;
}
function isInRegister({ reduction, placement }) {
  return reduction !== void 0 && reduction !== "histogram" && !placement.columns;
}
function isInMemory(stream) {
  if (!("value" in stream)) return false;
  const { reduction, placement } = stream;
  return reduction !== void 0 && reduction !== "histogram" && placement.columns && !placement.rows;
}
function bytesPerStep(stream) {
  if (!("value" in stream) || stream.reduction === void 0 || isInMemory(stream)) return 1;
  return stream.reduction === "histogram" ? HISTOGRAM_BINS : 2;
}

// src/kernels/wasm/compile.ts
var compiled = /* @__PURE__ */ new WeakMap();
function kernelOf(program, inputs, outputs, memory) {
  const isShared = Object.prototype.toString.call(memory.buffer) === "[object SharedArrayBuffer]";
  const known = compiled.get(program) ?? /* @__PURE__ */ new Map();
  compiled.set(program, known);
  const places = [...inputs.values(), ...outputs.map(({ placement }) => placement)];
  const key = [
    ...places.map(({ rows, columns }) => Number(rows) + 2 * Number(columns)),
    ...outputs.map(({ reduction }) => reduction),
    isShared
  ].join();
  let entry = known.get(key);
  if (!entry) {
    const module2 = compile(kernelBytes(program, inputs, outputs, isShared));
    entry = { module: module2, kernels: /* @__PURE__ */ new WeakMap() };
    known.set(key, entry);
  }
  let kernel = entry.kernels.get(memory);
  if (!kernel) {
    const { exports: exports2 } = new WebAssembly.Instance(entry.module, { env: { memory } });
    kernel = exports2.run;
    entry.kernels.set(memory, kernel);
  }
  return kernel;
}
function compile(bytes) {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotExpress(`WebAssembly refused ${bytes.length} bytes of code: ${reason}`, {
      cause: error
    });
  }
}
var supported;
function canCompile() {
  supported ??= compilesVectorCode();
  return supported;
}
function compilesVectorCode() {
  if (typeof WebAssembly === "undefined") return false;
  const code = new Code(1);
  code.emit("local.get", 0);
  code.emit("local.get", 0);
  code.access("v128.load");
  code.emit("f32x4.sqrt");
  code.access("v128.store");
  try {
    return Boolean(new WebAssembly.Module(moduleBytes(code, 1, false)));
  } catch {
    return false;
  }
}

// src/kernels/wasm/layout.ts
function layoutOf(full, shapes) {
  const merged = [];
  full.forEach((size, axis) => {
    if (size === 1) return;
    const varies = shapes.map((shape) => shape[axis - full.length + shape.length] === size);
    const last = merged[merged.length - 1];
    if (last && last.varies.every((each, index) => each === varies[index])) last.size *= size;
    else merged.push({ size, varies });
  });
  while (merged.length < 2) merged.unshift({ size: 1, varies: shapes.map(() => false) });
  if (merged[1].size === 1) merged[1].varies = shapes.map(() => true);
  const sizes = merged.map(({ size }) => size);
  const [rows, columns] = sizes.slice(-2);
  const walks = shapes.map((_, index) => {
    const strides = [];
    let elements = 1;
    for (const { size, varies } of [...merged].reverse()) {
      strides.unshift(varies[index] ? elements : 0);
      if (varies[index]) elements *= size;
    }
    const [rowStride, columnStride] = strides.slice(-2);
    return {
      outerStrides: strides.slice(0, -2),
      rowStride,
      rows: rowStride > 0,
      columns: columnStride > 0,
      inOrder: columnStride > 0 && (rowStride > 0 || rows === 1)
    };
  });
  return { outer: sizes.slice(0, -2), rows, columns, walks };
}
var NARROW = 256;
var LANES2 = 4;
function rowsTogether({ rows, columns, walks }) {
  const isWide = columns >= NARROW && (columns % LANES2 === 0 || columns >= LANES2 * NARROW);
  if (isWide || walks.some((walk) => walk.rows && !walk.columns)) return 1;
  const step = LANES2 / greatestCommonDivisor(columns, LANES2);
  const together = step * Math.ceil(NARROW / (columns * step));
  return Math.min(together, rows);
}
function greatestCommonDivisor(a, b) {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
function outerOffsets({ outer, walks }) {
  return outer.reduce(
    (offsets, size, axis) => offsets.flatMap(
      (offset) => Array.from(
        { length: size },
        (_, step) => offset.map((elements, index) => elements + step * walks[index].outerStrides[axis])
      )
    ),
    [walks.map(() => 0)]
  );
}

// src/kernels/wasm/execute.ts
var FLOAT32_BYTES2 = 4;
var FLOAT64_BYTES = 8;
var plans = /* @__PURE__ */ new WeakMap();
var REMEMBERED_PLANS = 16;
function planOf(program, tensors, shapes) {
  let known = plans.get(program);
  if (!known) plans.set(program, known = []);
  for (const { plan: plan2, shapes: earlier } of known) {
    if (areTheSame(earlier, tensors, shapes)) return plan2;
  }
  const plan = makePlan(program, tensors, shapes);
  const all = [shapes.full, ...shapes.reduced, ...tensors.map(({ shape }) => shape)];
  known.unshift({ plan, shapes: all.map((shape) => [...shape]) });
  known.length = Math.min(known.length, REMEMBERED_PLANS);
  return plan;
}
function areTheSame(earlier, tensors, { full, reduced }) {
  const first = 1 + reduced.length;
  if (earlier.length !== first + tensors.length || !isSameShape(earlier[0], full)) return false;
  for (let index = 0; index < reduced.length; index++) {
    if (!isSameShape(earlier[1 + index], reduced[index])) return false;
  }
  for (let index = 0; index < tensors.length; index++) {
    if (!isSameShape(earlier[first + index], tensors[index].shape)) return false;
  }
  return true;
}
function isSameShape(a, b) {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}
function sizeOf(shape) {
  return shape.reduce((product, size) => product * size, 1);
}
function makePlan(program, tensors, { full, reduced }) {
  const inputShapes = program.inputs.map(
    ({ length }, index) => length === void 0 ? tensors[index].shape : tensors[index].shape.slice(0, -1)
  );
  const outerShapes = program.outputs.map(
    ({ reduction }, index) => reduction === void 0 ? full : reduced[index]
  );
  const layout = layoutOf(full, [...inputShapes, ...outerShapes]);
  const inputs = program.inputs.flatMap(
    ({ length = 1 }, tensor2) => Array.from({ length }, (_, coefficient) => ({
      tensor: tensor2,
      coefficient,
      coefficients: length,
      walk: layout.walks[tensor2],
      size: sizeOf(inputShapes[tensor2])
    }))
  );
  const modes = program.outputs.map(({ value, reduction }, tensor2) => {
    const isGathered = Array.isArray(value) || reduction === "histogram" || sizeOf(outerShapes[tensor2]) < sizeOf(full);
    return {
      placement: layout.walks[program.inputs.length + tensor2],
      reduction: isGathered ? reduction ?? "sum" : void 0
    };
  });
  const outputs = program.outputs.flatMap(
    (output, tensor2) => valuesOf(output).map((_, coefficient, { length }) => ({
      tensor: tensor2,
      coefficient,
      coefficients: length,
      walk: layout.walks[program.inputs.length + tensor2],
      size: sizeOf(outerShapes[tensor2]),
      reduction: modes[tensor2].reduction
    }))
  );
  const outputShapes = program.outputs.map(({ value, reduction }, index) => {
    if (reduction === "histogram") return [...outerShapes[index], HISTOGRAM_BINS];
    return Array.isArray(value) ? [...outerShapes[index], value.length] : outerShapes[index];
  });
  const names = program.inputs.flatMap(expressionsOf).map(({ name }) => name);
  const placements = new Map(inputs.map(({ walk }, index) => [names[index], walk]));
  const kernels = /* @__PURE__ */ new WeakMap();
  const offsets = outerOffsets(layout);
  return {
    size: sizeOf(full),
    isPlain: offsets.length === 1 && inputs.every(isWalked) && outputs.every(({ reduction }) => reduction === void 0),
    rows: layout.rows,
    columns: layout.columns,
    together: rowsTogether(layout),
    inputs,
    outputs,
    outputShapes,
    offsets,
    kernel(memory) {
      let kernel = kernels.get(memory);
      if (!kernel) {
        kernel = kernelOf(program, placements, modes, memory);
        kernels.set(memory, kernel);
      }
      return kernel;
    }
  };
}
function isWalked({ walk, coefficients }) {
  return walk.inOrder && coefficients === 1;
}
function execute(program, tensors, shapes, workspace) {
  const plan = planOf(program, tensors, shapes);
  const kernel = plan.kernel(workspace.memory);
  const results = plan.outputShapes.map((shape) => workspace.output(shape));
  if (plan.size === 0) {
    plan.outputs.forEach(({ tensor: tensor2, reduction }) => {
      if (reduction) workspace.view(results[tensor2]).fill(neutralOf(reduction));
    });
  } else if (plan.isPlain && plan.size <= workspace.largestBlock) {
    runPlainly(plan, kernel, workspace, tensors, results);
  } else {
    new Execution(plan, workspace, tensors, results).run(kernel);
  }
  return results;
}
function runPlainly({ rows, columns, size, inputs, outputs }, kernel, workspace, tensors, results) {
  const rowBytes = columns * FLOAT32_BYTES2;
  const parameters = [rows, columns];
  workspace.reserve(0);
  for (let slot = 0; slot < inputs.length; slot++) {
    const tensor2 = tensors[inputs[slot].tensor];
    parameters.push(workspace.read(tensor2, slot, 0, size), rowBytes);
  }
  for (let index = 0; index < outputs.length; index++) {
    const result = results[outputs[index].tensor];
    parameters.push(workspace.write(result, inputs.length + index, 0, size), rowBytes, 0);
  }
  kernel(...parameters);
  for (let index = 0; index < outputs.length; index++) {
    workspace.written(results[outputs[index].tensor], inputs.length + index, 0, size);
  }
  workspace.release();
}
var Execution = class {
  constructor(plan, workspace, tensors, results) {
    this.plan = plan;
    this.workspace = workspace;
    this.tensors = tensors;
    this.results = results;
    /** The addresses of what stays in place: shared inputs, and what is gathered. */
    this.addresses = [];
    this.partials = [];
  }
  run(kernel) {
    this.reserve();
    try {
      this.place();
      for (const offsets of this.plan.offsets) this.walk(kernel, offsets);
      this.gather();
    } finally {
      this.workspace.release();
    }
  }
  /** How often a tensor that is the same in every row is repeated. */
  repeats({ walk }) {
    return walk.columns && !walk.rows ? this.plan.together : 1;
  }
  reserve() {
    const { inputs, outputs, columns, together } = this.plan;
    let bytes = 0;
    const take = (size) => {
      const address = bytes;
      bytes += Math.ceil(size / FLOAT64_BYTES) * FLOAT64_BYTES;
      return address;
    };
    for (const input2 of inputs) {
      this.addresses.push(
        isWalked(input2) ? 0 : take(input2.size * this.repeats(input2) * FLOAT32_BYTES2)
      );
    }
    for (const output of outputs) {
      const { reduction, size, walk } = output;
      if (reduction === void 0) {
        this.addresses.push(0);
        this.partials.push(0);
        continue;
      }
      this.addresses.push(take(size * this.repeats(output) * bytesOf(reduction)));
      const isPartial = reduction !== "histogram" && walk.columns && !walk.rows;
      this.partials.push(isPartial ? take(columns * together * FLOAT32_BYTES2) : 0);
    }
    const start = this.workspace.reserve(bytes);
    this.addresses.forEach((_, index) => this.addresses[index] += start);
    this.partials.forEach((_, index) => this.partials[index] += start);
  }
  /** Copies the shared inputs to their places, and sets what is gathered to what it starts from. */
  place() {
    const { inputs, outputs, columns, together } = this.plan;
    const { buffer } = this.workspace.memory;
    inputs.forEach((input2, index) => {
      if (isWalked(input2)) return;
      const { tensor: tensor2, coefficient, coefficients, size } = input2;
      const repeats = this.repeats(input2);
      const target = new Float32Array(buffer, this.addresses[index], size * repeats);
      const source = this.workspace.view(this.tensors[tensor2]);
      const period = repeats === 1 ? size : columns;
      for (let element = 0; element < size; element++) {
        const value = source[element * coefficients + coefficient];
        const start = Math.floor(element / period) * period * repeats + element % period;
        for (let repeat = 0; repeat < repeats; repeat++) target[start + repeat * period] = value;
      }
    });
    outputs.forEach((output, index) => {
      const { reduction, size } = output;
      if (reduction === void 0) return;
      const address = this.addresses[inputs.length + index];
      const length = size * this.repeats(output);
      const neutral = neutralOf(reduction);
      if (reduction === "histogram") {
        new Int32Array(buffer, address, length * HISTOGRAM_BINS).fill(0);
      } else {
        new Float64Array(buffer, address, length).fill(neutral);
      }
      if (this.partials[index] > 0 && output.walk.columns && !output.walk.rows) {
        new Float32Array(buffer, this.partials[index], columns * together).fill(neutral);
      }
    });
  }
  /** Walks one outer step: full groups of rows, then the rows that are left. */
  walk(kernel, offsets) {
    const { rows, columns, together } = this.plan;
    const groups = Math.floor(rows / together);
    this.walkBlocks(kernel, offsets, 0, groups, columns * together);
    const left = rows % together;
    if (left > 0) this.walkBlocks(kernel, offsets, groups, 1, columns * left);
  }
  walkBlocks(kernel, offsets, firstRow, rows, columns) {
    const { largestBlock } = this.workspace;
    const blockColumns = Math.min(columns, largestBlock);
    const blockRows = Math.max(1, Math.floor(largestBlock / columns));
    for (let row = 0; row < rows; row += blockRows) {
      for (let column = 0; column < columns; column += blockColumns) {
        this.runBlock(
          kernel,
          offsets,
          firstRow + row,
          column,
          Math.min(blockRows, rows - row),
          Math.min(blockColumns, columns - column)
        );
      }
    }
  }
  runBlock(kernel, offsets, row, column, rows, columns) {
    const { workspace, plan } = this;
    const { inputs, outputs } = plan;
    const parameters = [rows, columns];
    const count = rows * columns;
    const elementOf = ({ walk }, offset) => offset + row * walk.rowStride * plan.together + (walk.columns ? column : 0);
    const residentOf = (stream, offset) => elementOf(stream, offset * this.repeats(stream));
    inputs.forEach((input2, index) => {
      const { walk, tensor: tensor2 } = input2;
      const offset = offsets[tensor2];
      const address = isWalked(input2) ? workspace.read(this.tensors[tensor2], index, elementOf(input2, offset), count) : this.addresses[index] + residentOf(input2, offset) * FLOAT32_BYTES2;
      parameters.push(address, (walk.columns ? columns : walk.rowStride) * FLOAT32_BYTES2);
    });
    outputs.forEach((output, index) => {
      const { walk, tensor: tensor2, reduction } = output;
      const offset = offsets[this.tensors.length + tensor2];
      if (reduction === void 0) {
        const slot = inputs.length + index;
        const element = elementOf(output, offset);
        parameters.push(workspace.write(this.results[tensor2], slot, element, count));
        parameters.push(columns * FLOAT32_BYTES2, 0);
        return;
      }
      const bytes = bytesOf(reduction);
      parameters.push(
        this.addresses[inputs.length + index] + residentOf(output, offset) * bytes,
        (walk.columns ? columns : walk.rowStride) * bytes,
        this.partials[index] + column * FLOAT32_BYTES2
      );
    });
    kernel(...parameters);
    outputs.forEach((output, index) => {
      if (output.reduction !== void 0) return;
      const element = elementOf(output, offsets[this.tensors.length + output.tensor]);
      workspace.written(this.results[output.tensor], inputs.length + index, element, count);
    });
  }
  /** Joins the repeats of what was gathered, and writes the outputs. */
  gather() {
    const { inputs, outputs, columns } = this.plan;
    const { buffer } = this.workspace.memory;
    outputs.forEach((output, index) => {
      const { tensor: tensor2, coefficient, coefficients, size, reduction } = output;
      if (reduction === void 0) return;
      const target = this.workspace.view(this.results[tensor2]);
      const address = this.addresses[inputs.length + index];
      const repeats = this.repeats(output);
      const bins = reduction === "histogram" ? HISTOGRAM_BINS : 1;
      const source = reduction === "histogram" ? new Int32Array(buffer, address, size * repeats * bins) : new Float64Array(buffer, address, size * repeats);
      const period = repeats === 1 ? size : columns;
      const join = JOIN3[reduction];
      for (let element = 0; element < size; element++) {
        const start = Math.floor(element / period) * period * repeats + element % period;
        for (let bin = 0; bin < bins; bin++) {
          let joined = source[start * bins + bin];
          for (let repeat = 1; repeat < repeats; repeat++) {
            joined = join(joined, source[(start + repeat * period) * bins + bin]);
          }
          target[(element * coefficients + coefficient) * bins + bin] = joined;
        }
      }
    });
  }
};
function bytesOf(reduction) {
  return reduction === "histogram" ? HISTOGRAM_BINS * FLOAT32_BYTES2 : FLOAT64_BYTES;
}
var add = (a, b) => a + b;
var JOIN3 = {
  sum: add,
  histogram: add,
  min: Math.min,
  max: Math.max
};

// src/kernels/wasm/targets.ts
var FLOAT32_BYTES3 = 4;
var PAGE_BYTES = 65536;
function memoryOf(backend2) {
  const { wasm, dataIdMap, makeOutput } = backend2;
  const memory = wasm?.asm?.memory ?? wasm?.wasmMemory;
  const isComplete = typeof dataIdMap?.get === "function" && typeof makeOutput === "function";
  return isComplete && memory?.buffer ? memory : void 0;
}
var SharedWorkspace = class {
  constructor(backend2, memory) {
    this.backend = backend2;
    this.memory = memory;
    this.largestBlock = Infinity;
  }
  reserve(bytes) {
    if (bytes === 0) return 0;
    this.scratch = this.backend.makeOutput([bytes / FLOAT32_BYTES3], "float32");
    return this.addressOf(this.scratch);
  }
  release() {
    if (this.scratch) this.backend.disposeData(this.scratch.dataId);
    this.scratch = void 0;
  }
  view(tensor2) {
    const size = tensor2.shape.reduce((product, each) => product * each, 1);
    return new Float32Array(this.memory.buffer, this.addressOf(tensor2), size);
  }
  output(shape) {
    return this.backend.makeOutput([...shape], "float32");
  }
  read(tensor2, _slot, offset) {
    return this.addressOf(tensor2) + offset * FLOAT32_BYTES3;
  }
  write(tensor2, _slot, offset) {
    return this.addressOf(tensor2) + offset * FLOAT32_BYTES3;
  }
  written() {
  }
  addressOf({ dataId }) {
    return this.backend.dataIdMap.get(dataId).memoryOffset;
  }
};
var BLOCK_ELEMENTS = 4096;
var PrivateMemory = class {
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 16 });
    this.floats = new Float32Array(this.memory.buffer);
  }
  /** The memory as float32, at least `bytes` long. */
  atLeast(bytes) {
    const missing = bytes - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    if (this.floats.buffer !== this.memory.buffer) {
      this.floats = new Float32Array(this.memory.buffer);
    }
    return this.floats;
  }
};
var privateMemory;
var PrivateWorkspace = class {
  constructor(backend2, owner, slots) {
    this.backend = backend2;
    this.owner = owner;
    this.slots = slots;
    this.largestBlock = BLOCK_ELEMENTS;
    this.blocks = 0;
    this.memory = owner.memory;
    this.floats = owner.atLeast(0);
  }
  reserve(bytes) {
    this.blocks = Math.ceil(bytes / FLOAT32_BYTES3);
    this.floats = this.owner.atLeast(bytes + this.slots * BLOCK_ELEMENTS * FLOAT32_BYTES3);
    return 0;
  }
  release() {
  }
  view({ dataId }) {
    return this.backend.data.get(dataId).values;
  }
  output(shape) {
    const size = shape.reduce((product, each) => product * each, 1);
    return this.backend.makeTensorInfo([...shape], "float32", new Float32Array(size));
  }
  read(tensor2, slot, offset, count) {
    const at = this.slotOf(slot);
    this.floats.set(this.view(tensor2).subarray(offset, offset + count), at);
    return at * FLOAT32_BYTES3;
  }
  write(_tensor, slot) {
    return this.slotOf(slot) * FLOAT32_BYTES3;
  }
  written(tensor2, slot, offset, count) {
    const at = this.slotOf(slot);
    this.view(tensor2).set(this.floats.subarray(at, at + count), offset);
  }
  slotOf(slot) {
    return this.blocks + slot * BLOCK_ELEMENTS;
  }
};
function isCpuBackend(backend2) {
  const { data, makeTensorInfo } = backend2;
  return typeof data?.get === "function" && typeof makeTensorInfo === "function";
}
function streamsOf({ inputs, outputs }) {
  const lengths = inputs.map(({ length = 1 }) => length);
  return lengths.concat(outputs.map((output) => valuesOf(output).length)).reduce((a, b) => a + b, 0);
}
function check(program) {
  new Lowering().lower(program.outputs.flatMap(valuesOf));
}
var wasmTarget = {
  name: "wasm",
  serves: (backend2) => canCompile() && (memoryOf(backend2) !== void 0 || isPlainCpu(backend2)),
  check,
  run(program, inputs, shapes, backend2) {
    const memory = memoryOf(backend2);
    if (memory) {
      const workspace2 = new SharedWorkspace(backend2, memory);
      return execute(program, inputs, shapes, workspace2);
    }
    privateMemory ??= new PrivateMemory();
    const workspace = new PrivateWorkspace(
      backend2,
      privateMemory,
      streamsOf(program)
    );
    return execute(program, inputs, shapes, workspace);
  }
};
function isPlainCpu(backend2) {
  return isCpuBackend(backend2) && "blockSize" in backend2 && !("gpgpu" in backend2);
}

// src/kernels/run.ts
var TARGETS = [wasmTarget];
var refused = /* @__PURE__ */ new WeakMap();
function targetOf(backend2) {
  return TARGETS.find((target) => target.serves(backend2)) ?? composedTarget;
}
function run(kernelName, program, inputs, shapes, backend2) {
  const target = targetOf(backend2);
  if (!refused.get(target)?.has(program)) {
    try {
      return target.run(program, inputs, shapes, backend2);
    } catch (error) {
      if (!(error instanceof CannotExpress)) throw error;
      console.warn(
        `${kernelName}: the ${target.name} target cannot run it, stock ops do instead: ` + error.message
      );
      if (!refused.has(target)) refused.set(target, /* @__PURE__ */ new WeakSet());
      refused.get(target).add(program);
    }
  }
  return composedTarget.run(program, inputs, shapes, backend2);
}
function runProgram(kernelName, program, inputs, shapes, constants = []) {
  registerKernel2(kernelName, program);
  const named = {};
  for (let index = 0; index < inputs.length; index++) {
    named[program.inputs[index].name] = inputs[index];
  }
  const call = { program, shapes, constants };
  const outputs = tf5.engine().runKernel(kernelName, named, call);
  return Array.isArray(outputs) ? outputs : [outputs];
}
var registered = /* @__PURE__ */ new Map();
function registerKernel2(kernelName, program) {
  const backendName = tf5.getBackend();
  const backends = registered.get(kernelName);
  if (backends?.has(backendName)) return;
  registered.set(kernelName, new Set(backends).add(backendName));
  if (!tf5.getKernel(kernelName, backendName)) {
    tf5.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend: backend2 }) => {
        const { program: program2, shapes } = attrs;
        const tensors = program2.inputs.map(({ name }) => inputs[name]);
        return run(kernelName, program2, tensors, shapes, backend2);
      }
    });
  }
  if (isDifferentiable(program) && !tf5.getGradient(kernelName)) {
    tf5.registerGradient(gradientOf(kernelName, program));
  }
}
function gradientOf(kernelName, { inputs }) {
  return {
    kernelName,
    inputsToSave: inputs.map(({ name }) => name),
    gradFunc: (upstream, saved, attrs) => {
      const { program, shapes, constants } = attrs;
      const gradient = gradientProgram(program);
      const tensors = [upstream].flat().concat(saved);
      const compute2 = (names2) => {
        const selected = selectOutputs(
          gradient,
          names2.map((name) => `d${name}`)
        );
        const reduced = names2.map((name) => shapeWithoutCoefficients(name, program, saved));
        return runProgram(`${kernelName}/Grad`, selected, tensors, { ...shapes, reduced }, constants);
      };
      const names = program.inputs.map(({ name }) => name);
      const wanted = names.filter((name) => !constants.includes(name));
      const results = compute2(wanted);
      return Object.fromEntries(
        names.map((name) => [name, () => results[wanted.indexOf(name)] ?? compute2([name])[0]])
      );
    }
  };
}
function shapeWithoutCoefficients(name, { inputs }, tensors) {
  const index = inputs.findIndex((input2) => input2.name === name);
  const { shape } = tensors[index];
  return inputs[index].length === void 0 ? shape : shape.slice(0, -1);
}

// src/apply.ts
function applyProgram(className, program, x, weights, constants) {
  const shapes = { full: x.shape, reduced: [] };
  return runProgram(`Activation/${className}`, program, [x, ...weights], shapes, constants)[0];
}
function toFloat(owner, argument, value) {
  const dtype = value instanceof tf6.Tensor ? value.dtype : tf6.util.inferDtype(value);
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    throw new Error(
      `${owner}: ${argument} must be a float32, int32 or bool tensor, got one of type ${dtype}`
    );
  }
  const tensor2 = value instanceof tf6.Tensor ? value : tf6.tensor(value);
  return dtype === "float32" && tensor2.dtype === "float32" ? tensor2 : tf6.cast(tensor2, "float32");
}
function checkWeightShape(owner, weight, shape, length, full) {
  const outer = length === void 0 ? shape : shape.slice(0, -1);
  if (length !== void 0 && shape[shape.length - 1] !== length) {
    throw new Error(
      `${owner}: ${weight} needs a last axis of ${length} coefficients, got shape [${shape}]`
    );
  }
  const offset = full.length - outer.length;
  const fits = offset >= 0 && outer.every((size, axis) => size === 1 || size === full[axis + offset]);
  if (fits) return;
  const coefficients = length === void 0 ? "" : ` (before its ${length} coefficients)`;
  throw new Error(
    `${owner}: ${weight} of shape [${shape}] does not broadcast${coefficients} to x of shape [${full}]`
  );
}

// src/errors.ts
function describe2(value) {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value === "object" && value !== null) return JSON.stringify(value) ?? "an object";
  return String(value);
}
function checkKnown(owner, kind, names, accepted) {
  for (const name of names) {
    if (accepted.includes(name)) continue;
    const list = accepted.length > 0 ? accepted.join(", ") : "none";
    throw new Error(`${owner}: unknown ${kind} '${name}'; accepted: ${list}`);
  }
}

// src/gain.ts
var LIMIT = 10;
var STEPS = 2e4;
function gainOf(f) {
  const step = 2 * LIMIT / STEPS;
  let secondMoment = 0;
  for (let index = 0; index <= STEPS; index++) {
    const z = -LIMIT + index * step;
    const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    secondMoment += f(z) ** 2 * density * step;
  }
  return 1 / Math.sqrt(secondMoment);
}

// src/instance.ts
function weightInputs({ weights = {} }) {
  return Object.entries(weights).map(
    ([name, { length }]) => length === void 0 ? { name } : { name, length }
  );
}
function variableOf({ name, length }) {
  if (length === void 0) return input(name);
  return Array.from({ length }, (_, index) => input(`${name}[${index}]`));
}
function instantiate(definition, options) {
  const { name } = definition;
  const weights = weightInputs(definition);
  const declared = { x: input("x"), ...options };
  for (const weight of weights) declared[weight.name] = variableOf(weight);
  const inputs = new Proxy(declared, {
    get(target, property) {
      if (property in target) return target[property];
      throw new Error(`unknown input '${property}'; declared: ${Object.keys(target).join(", ")}`);
    }
  });
  let written;
  try {
    written = definition.formula(inputs);
  } catch (error) {
    throw new Error(`${name}: in the formula: ${error.message}`, { cause: error });
  }
  if (!(written instanceof Expression)) {
    throw new Error(`${name}: the formula must return an expression, got ${String(written)}`);
  }
  const formula = simplify(written);
  const program = {
    inputs: [{ name: "x" }, ...weights],
    outputs: [{ name: "y", value: formula }]
  };
  return { formula, program };
}
function checkEveryInputIsUsed(definition, formula) {
  const used = inputsOf(formula);
  const declared = [input("x"), ...weightInputs(definition).flatMap(variableOf)];
  for (const variable of declared) {
    if (used.has(variable.name)) continue;
    throw new Error(`${definition.name}: the formula never uses ${variable.name}: ${formula}`);
  }
}

// src/layers/activation-layer.ts
var tf8 = __toESM(require("@tensorflow/tfjs"));

// src/options.ts
function defaultOf(definition) {
  return typeof definition === "object" && definition !== null ? definition.default : definition;
}
function defaultOptions({ options = {} }) {
  return Object.fromEntries(
    Object.entries(options).map(([name, definition]) => [name, defaultOf(definition)])
  );
}
function optionNames({ options = {}, optionAliases = {} }) {
  const own = Object.keys(options).map((name) => [name, name]);
  return new Map([...own, ...Object.entries(optionAliases)]);
}
function resolveOptions(owner, definition, given, defaults) {
  const resolved = { ...defaults };
  const givenAs = /* @__PURE__ */ new Map();
  for (const [name, option] of optionNames(definition)) {
    const value = given[name];
    if (value === void 0) continue;
    resolved[option] = checkOption(owner, name, value, definition.options[option]);
    const earlier = givenAs.get(option);
    if (earlier && given[earlier] !== value) {
      throw new Error(
        `${owner}: ${earlier} ${String(given[earlier])} and ${name} ${String(value)} are the same option and differ; give one of them`
      );
    }
    givenAs.set(option, name);
  }
  return resolved;
}
function checkOption(owner, name, value, definition) {
  const fallback = defaultOf(definition);
  if (typeof fallback === "boolean") {
    if (typeof value === "boolean") return value;
    throw new Error(`${owner}: ${name} must be true or false, got ${describe2(value)}`);
  }
  if (value === null && fallback === null) return null;
  const minimum2 = typeof definition === "object" && definition !== null ? definition.minimum : -Infinity;
  if (typeof value === "number" && Number.isFinite(value) && value >= minimum2) return value;
  const range = minimum2 > -Infinity ? ` of at least ${minimum2}` : "";
  const orNull = fallback === null ? ", or null" : "";
  throw new Error(
    `${owner}: ${name} must be a finite number${range}${orNull}, got ${describe2(value)}`
  );
}

// src/starting-value.ts
var tf7 = __toESM(require("@tensorflow/tfjs"));
function initializerOf({ initializer }) {
  if (typeof initializer === "number") return tf7.initializers.constant({ value: initializer });
  if (Array.isArray(initializer)) return new StartingValues({ values: initializer });
  return resolveIdentifiers({ initializer }).initializer;
}
var KNOWN_VALUES = { Zeros: 0, Ones: 1 };
function startingValue(owner, weight, definition) {
  const initializer = initializerOf(definition);
  if (initializer instanceof StartingValues) return initializer.values;
  const className = initializer.getClassName();
  const value = KNOWN_VALUES[className] ?? initializer.getConfig().value;
  if (typeof value !== "number") {
    throw new Error(
      `${owner}: ${weight} must be given: its initializer ${className} has no single starting value`
    );
  }
  return definition.length === void 0 ? value : Array(definition.length).fill(value);
}

// src/layers/shared-axes.ts
function checkSharedAxes(owner, sharedAxes) {
  if (sharedAxes === "spatial" || sharedAxes === "all") return sharedAxes;
  if ([sharedAxes].flat().every((axis) => Number.isInteger(axis))) return sharedAxes;
  throw new Error(
    `${owner}: sharedAxes must be an axis number, an array of them, 'spatial' or 'all', got ${describe2(sharedAxes)}`
  );
}
function resolveSharedAxes(owner, sharedAxes, rank, dataFormat) {
  const all = Array.from({ length: rank - 1 }, (_, index) => index + 1);
  if (sharedAxes === "all") return all;
  if (sharedAxes === "spatial") {
    const channel = dataFormat === "channelsFirst" ? 1 : rank - 1;
    return all.filter((axis) => axis !== channel);
  }
  const axes = [sharedAxes].flat().map((axis) => {
    const resolved = axis < 0 ? axis + rank : axis;
    if (all.includes(resolved)) return resolved;
    throw new Error(
      `${owner}: shared axis ${axis} is out of range for an input of rank ${rank}; accepted: 1 to ${rank - 1}, or -1 to ${1 - rank} (axis 0 is the batch)`
    );
  });
  return [...new Set(axes)].sort((a, b) => a - b);
}
function weightShape(owner, inputShape, sharedAxes) {
  return inputShape.slice(1).map((size, index) => {
    if (sharedAxes.includes(index + 1)) return 1;
    if (size !== null) return size;
    throw new Error(
      `${owner}: the size of axis ${index + 1} is unknown in [${inputShape.map(String)}], so it cannot have weights of its own; share it: sharedAxes: [${index + 1}] or 'spatial'`
    );
  });
}

// src/layers/activation-layer.ts
var LAYER_ARGUMENTS = [
  "name",
  "trainable",
  "dtype",
  "inputShape",
  "batchInputShape",
  "batchSize",
  "inputDType",
  "weights"
];
var CONFIG_EXTRAS = ["customObjects", "module", "registeredName", "buildConfig"];
var RESERVED_NAMES = /* @__PURE__ */ new Set([
  ...LAYER_ARGUMENTS,
  ...CONFIG_EXTRAS,
  "sharedAxes",
  "dataFormat",
  "x"
]);
var WEIGHT_PARTS = ["Initializer", "Regularizer", "Constraint"];
var ActivationLayer = class extends tf8.layers.Layer {
  constructor(checked) {
    super(checked.layerArguments);
    this.variables = [];
    this.activation = checked.activation;
    this.options = checked.options;
    this.weightParts = checked.weightParts;
    this.sharedAxes = checked.sharedAxes;
    this.dataFormat = checked.dataFormat;
    this.supportsMasking = true;
  }
  /** @throws if a shared axis is out of range, or an axis that is not shared has no known size. */
  build(inputShape) {
    const shape = Array.isArray(inputShape[0]) ? inputShape[0] : inputShape;
    const weights = Object.entries(this.activation.definition.weights ?? {});
    if (weights.length > 0) {
      const axes = resolveSharedAxes(this.label, this.sharedAxes, shape.length, this.dataFormat);
      const outer = weightShape(this.label, shape, axes);
      this.sharedAxes = axes;
      this.inputSpec = [new tf8.InputSpec({ ndim: shape.length, axes: ownAxes(outer) })];
      this.variables = weights.map(
        ([weight, { length }]) => this.createWeight(weight, length === void 0 ? outer : [...outer, length])
      );
    }
    super.build(inputShape);
  }
  createWeight(weight, shape) {
    const { initializer, regularizer, constraint } = this.weightParts[weight];
    const trainable = true;
    const variable = this.addWeight(
      weight,
      shape,
      "float32",
      initializer,
      regularizer,
      trainable,
      constraint,
      () => initializer
    );
    if (constraint) constrainEveryAssignment(variable.read(), constraint);
    checkShapeOfEveryWrite(variable, `${this.label}: ${weight}`);
    return variable;
  }
  call(inputs, kwargs) {
    return tf8.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = toFloat(this.label, "the input", Array.isArray(inputs) ? inputs[0] : inputs);
      const { program } = this.activation.instance(this.options);
      const weights = this.variables.map((variable) => variable.read());
      const constants = this.trainable ? [] : Object.keys(this.weightParts);
      return applyProgram(this.activation.className, program, x, weights, constants);
    });
  }
  computeOutputShape(inputShape) {
    return inputShape;
  }
  getConfig() {
    const config = { ...super.getConfig(), ...this.options };
    for (const [weight, parts] of Object.entries(this.weightParts)) {
      config[`${weight}Initializer`] = serialize(parts.initializer);
      config[`${weight}Regularizer`] = serialize(parts.regularizer);
      config[`${weight}Constraint`] = serialize(parts.constraint);
    }
    if (Object.keys(this.weightParts).length > 0) {
      const { sharedAxes, dataFormat } = this;
      config.sharedAxes = sharedAxes;
      if (sharedAxes === "spatial") config.dataFormat = dataFormat;
    }
    return config;
  }
  /** Makes the layer of a configuration that `getConfig`, stock tfjs or Keras wrote. */
  static fromConfig(cls, config) {
    const args = Object.fromEntries(
      Object.entries(config).filter(
        ([key, value]) => !CONFIG_EXTRAS.includes(key) && (value !== null || isWeightArgument(key))
      )
    );
    if (config.sharedAxes === null) args.sharedAxes = [];
    if (typeof args.dtype === "object") args.dtype = "float32";
    return new cls(args);
  }
  get label() {
    return `${this.activation.className} '${this.name}'`;
  }
};
function createLayerClass(activation) {
  return class extends ActivationLayer {
    static {
      /** @nocollapse */
      this.className = activation.className;
    }
    constructor(args = {}) {
      super(checkArguments(activation, args));
    }
  };
}
function isWeightArgument(key) {
  return WEIGHT_PARTS.some((part) => key.endsWith(part));
}
function checkArguments(activation, args) {
  const { definition, className } = activation;
  const owner = args.name ? `${className} '${args.name}'` : className;
  const given = args;
  const weights = Object.keys(definition.weights ?? {});
  const weightArguments = weights.flatMap((weight) => WEIGHT_PARTS.map((part) => weight + part));
  const shared = weights.length > 0 ? ["sharedAxes", "dataFormat"] : [];
  const own = [...optionNames(definition).keys(), ...weightArguments, ...shared];
  checkKnown(owner, "argument", Object.keys(args), [...own, ...LAYER_ARGUMENTS]);
  const layerArguments = Object.fromEntries(
    Object.entries(args).filter(([key]) => LAYER_ARGUMENTS.includes(key))
  );
  const defaults = { ...defaultOptions(definition), ...definition.layerOptions };
  const weightParts = weights.map((weight) => [
    weight,
    resolveWeightParts(definition, owner, weight, given)
  ]);
  return {
    activation,
    layerArguments,
    options: resolveOptions(owner, definition, given, defaults),
    weightParts: Object.fromEntries(weightParts),
    sharedAxes: checkSharedAxes(owner, args.sharedAxes ?? defaultSharedAxes(definition)),
    dataFormat: checkDataFormat(owner, args.dataFormat ?? "channelsLast")
  };
}
function checkDataFormat(owner, dataFormat) {
  if (dataFormat === "channelsLast" || dataFormat === "channelsFirst") return dataFormat;
  throw new Error(
    `${owner}: dataFormat must be 'channelsLast' or 'channelsFirst', got ${describe2(dataFormat)}`
  );
}
function defaultSharedAxes({ weights = {}, sharedAxes }) {
  const hasVectors = Object.values(weights).some(({ length }) => length !== void 0);
  return sharedAxes ?? (hasVectors ? "all" : "spatial");
}
function resolveWeightParts({ weights }, owner, weight, given) {
  const definition = weights[weight];
  const [initializer, regularizer, constraint] = WEIGHT_PARTS.map((part) => given[weight + part]);
  try {
    return {
      ...resolveIdentifiers({
        regularizer: regularizer === void 0 ? definition.regularizer : regularizer,
        constraint: constraint === void 0 ? definition.constraint : constraint
      }),
      initializer: initializerOf({
        ...definition,
        initializer: initializer ?? definition.initializer
      })
    };
  } catch (error) {
    const message = error.message.split("\n")[0];
    throw new Error(`${owner}: of the weight ${weight}: ${message}`, { cause: error });
  }
}
function ownAxes(outer) {
  const sizes = outer.map((size, index) => [index + 1, size]);
  return Object.fromEntries(sizes.filter(([, size]) => size !== 1));
}
function constrainEveryAssignment(variable, constraint) {
  const assign = variable.assign.bind(variable);
  variable.assign = (value) => tf8.tidy(() => assign(constraint.apply(value)));
}
function checkShapeOfEveryWrite(variable, label) {
  const write = variable.write.bind(variable);
  variable.write = (value) => {
    if (!tf8.util.arraysEqual(value.shape, variable.shape)) {
      throw new Error(
        `${label} has shape [${variable.shape}], but the weight to load has shape [${value.shape}]; was it saved with other sharedAxes, or for inputs of another size?`
      );
    }
    return write(value);
  };
}

// src/names.ts
function toSnakeCase(name) {
  return name.replace(/(.)([A-Z][a-z0-9]+)/g, "$1_$2").replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}
function toCamelCase(name) {
  return name.replace(/_+(\w|$)/g, (_, letter) => letter.toUpperCase());
}
function survivesSaving(name) {
  return /^[a-z][a-zA-Z0-9]*$/.test(name) && toCamelCase(toSnakeCase(name)) === name;
}
function toPascalCase(name) {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

// src/definition.ts
var REMEMBERED_INSTANCES = 64;
function createActivation(definition) {
  return create(definition);
}
function create(definition) {
  const { name, aliases = [], weights = {}, paper } = definition;
  const className = definition.className ?? toPascalCase(name);
  checkNames(definition, className);
  const options = defaultOptions(definition);
  const instance = remember((resolved) => instantiate(definition, resolved));
  const { formula } = instance(options);
  checkEveryInputIsUsed(definition, formula);
  const resolve = (parameters) => {
    const accepted = [...optionNames(definition).keys(), ...Object.keys(weights)];
    checkKnown(name, "parameter", Object.keys(parameters), accepted);
    return resolveOptions(name, definition, parameters, options);
  };
  const valueOf2 = (weight, parameters) => parameters[weight] ?? startingValue(name, weight, weights[weight]);
  const apply2 = (x, parameters = {}) => {
    const { program } = instance(resolve(parameters));
    const names = Object.keys(weights);
    const constants = names.filter((weight) => !(parameters[weight] instanceof tf9.Tensor));
    return tf9.tidy(() => {
      const input2 = toFloat(name, "x", x);
      const tensors = names.map((weight) => {
        const tensor2 = toFloat(name, weight, valueOf2(weight, parameters));
        checkWeightShape(name, weight, tensor2.shape, weights[weight].length, input2.shape);
        return tensor2;
      });
      return applyProgram(className, program, input2, tensors, constants);
    });
  };
  const evaluateAt = (x, parameters = {}) => {
    const values = Object.keys(weights).map((weight) => [weight, valueOf2(weight, parameters)]);
    return evaluate(instance(resolve(parameters)).formula, { ...Object.fromEntries(values), x });
  };
  const visible = { name, className, aliases, options, weights, formula, paper };
  const activation = Object.defineProperties(apply2, {
    ...describeProperties(visible),
    derivative: { get: () => derivative(formula, "x"), enumerable: true },
    definition: { value: definition },
    instance: { value: instance },
    evaluate: { value: evaluateAt },
    gain: { value: (parameters) => gainOf((z) => evaluateAt(z, parameters)) }
  });
  const layerClass = createLayerClass(activation);
  return Object.defineProperties(activation, {
    layerClass: { value: layerClass },
    layer: { value: (args) => new layerClass(args) }
  });
}
function describeProperties(values) {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, { value, enumerable: true }])
  );
}
function remember(compute2) {
  const remembered = /* @__PURE__ */ new Map();
  return (options) => {
    const key = JSON.stringify(options);
    const instance = remembered.get(key) ?? compute2(options);
    if (remembered.size === REMEMBERED_INSTANCES) {
      remembered.delete(remembered.keys().next().value);
    }
    remembered.set(key, instance);
    return instance;
  };
}
function checkNames(definition, className) {
  const { name, aliases = [], options, weights, optionAliases } = definition;
  const inputs = Object.keys({ ...options, ...weights, ...optionAliases });
  for (const text3 of [name, ...aliases, ...inputs]) {
    if (survivesSaving(text3)) continue;
    throw new Error(
      `${name}: '${text3}' would not survive saving a model; use a camelCase name such as 'hardSwish', without underscores, and without several capitals or a digit before a capital`
    );
  }
  if (!/^[A-Z][a-zA-Z0-9]*$/.test(className)) {
    throw new Error(`${name}: className '${className}' must be PascalCase letters and digits`);
  }
  for (const text3 of inputs) {
    if (!RESERVED_NAMES.has(text3)) continue;
    throw new Error(`${name}: '${text3}' means something else to every layer; choose another name`);
  }
}

// src/activations/linear.ts
var linear = createActivation({
  name: "linear",
  className: "Linear",
  formula: ({ x }) => x
});
var Linear = linear.layerClass;

// src/activations/relu.ts
var relu = createActivation({
  name: "relu",
  className: "ReLU",
  options: {
    maxValue: { default: null, minimum: 0 },
    negativeSlope: { default: 0, minimum: 0 },
    threshold: { default: 0, minimum: 0 }
  },
  formula: ({ x, maxValue: maxValue3, negativeSlope, threshold }) => {
    const below = negativeSlope === 0 ? constant(0) : x.sub(threshold).mul(negativeSlope);
    const unbounded = where(threshold === 0 ? x.lessEqual(0) : x.less(threshold), below, x);
    return maxValue3 === null ? unbounded : unbounded.minimum(maxValue3);
  },
  paper: "Nair & Hinton, 2010, https://icml.cc/Conferences/2010/papers/432.pdf"
});
var ReLU = relu.layerClass;

// src/activations/leaky-relu.ts
var leakyRelu = createActivation({
  name: "leakyRelu",
  className: "LeakyReLU",
  options: { alpha: 0.2 },
  layerOptions: { alpha: 0.3 },
  optionAliases: { negativeSlope: "alpha" },
  formula: ({ x, alpha }) => where(x.greater(0), x, x.mul(alpha)),
  paper: "Maas et al., 2013, https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf"
});
var LeakyReLU = leakyRelu.layerClass;

// src/activations/relu6.ts
var relu6 = createActivation({
  name: "relu6",
  className: "ReLU6",
  formula: ({ x }) => where(x.lessEqual(0), 0, x).minimum(6),
  paper: "Howard et al., 2017, https://arxiv.org/abs/1704.04861"
});
var ReLU6 = relu6.layerClass;

// src/activations/thresholded-relu.ts
var thresholdedRelu = createActivation({
  name: "thresholdedRelu",
  className: "ThresholdedReLU",
  options: { theta: { default: 1, minimum: 0 } },
  formula: ({ x, theta }) => where(x.lessEqual(theta), 0, x),
  paper: "Konda et al., 2015, https://arxiv.org/abs/1402.3337"
});
var ThresholdedReLU = thresholdedRelu.layerClass;

// src/activations/prelu.ts
var prelu = createActivation({
  name: "prelu",
  className: "PReLU",
  weights: { alpha: { initializer: "zeros" } },
  sharedAxes: [],
  formula: ({ x, alpha }) => where(x.greater(0), x, x.mul(alpha)),
  paper: "He et al., 2015, https://arxiv.org/abs/1502.01852"
});
var PReLU = prelu.layerClass;

// src/activations/elu.ts
var elu = createActivation({
  name: "elu",
  className: "ELU",
  options: { alpha: 1 },
  formula: ({ x, alpha }) => where(x.greater(0), x, x.expm1().mul(alpha)),
  paper: "Clevert et al., 2016, https://arxiv.org/abs/1511.07289"
});
var ELU = elu.layerClass;

// src/activations/parametric-elu.ts
var parametricElu = createActivation({
  name: "parametricElu",
  className: "ParametricELU",
  weights: { alpha: { initializer: "ones" } },
  formula: ({ x, alpha }) => where(x.greater(0), x, x.expm1().mul(alpha)),
  paper: "Clevert et al., 2016, https://arxiv.org/abs/1511.07289"
});
var ParametricELU = parametricElu.layerClass;

// src/activations/selu.ts
var SCALE = 1.0507009873554805;
var ALPHA = 1.6732632423543772;
var selu = createActivation({
  name: "selu",
  className: "SELU",
  formula: ({ x }) => where(x.greater(0), x.mul(SCALE), x.expm1().mul(SCALE * ALPHA)),
  paper: "Klambauer et al., 2017, https://arxiv.org/abs/1706.02515"
});
var SELU = selu.layerClass;

// src/activations/celu.ts
var celu = createActivation({
  name: "celu",
  className: "CELU",
  options: { alpha: 1 },
  formula: ({ x, alpha }) => where(x.greater(0), x, x.div(alpha).expm1().mul(alpha)),
  paper: "Barron, 2017, https://arxiv.org/abs/1704.07483"
});
var CELU = celu.layerClass;

// src/activations/pelu.ts
var pelu = createActivation({
  name: "pelu",
  className: "PELU",
  weights: {
    a: { initializer: "ones", constraint: minValue(0.1) },
    b: { initializer: "ones", constraint: minValue(0.1) }
  },
  formula: ({ x, a, b }) => where(x.greater(0), x.mul(a.div(b)), a.mul(x.div(b).expm1())),
  paper: "Trottier et al., 2016, https://arxiv.org/abs/1605.09332"
});
var PELU = pelu.layerClass;

// src/activations/mpelu.ts
var mpelu = createActivation({
  name: "mpelu",
  className: "MPELU",
  weights: { alpha: { initializer: 0.25 }, beta: { initializer: "ones" } },
  formula: ({ x, alpha, beta }) => where(x.greater(0), x, alpha.mul(x.mul(beta).expm1())),
  paper: "Li et al., 2016, https://arxiv.org/abs/1606.00305"
});
var MPELU = mpelu.layerClass;

// src/activations/sigmoid.ts
var sigmoid3 = createActivation({
  name: "sigmoid",
  className: "Sigmoid",
  formula: ({ x }) => x.sigmoid()
});
var Sigmoid = sigmoid3.layerClass;

// src/activations/hard-sigmoid.ts
var hardSigmoid = createActivation({
  name: "hardSigmoid",
  className: "HardSigmoid",
  formula: ({ x }) => x.mul(0.2).add(0.5).clipByValue(0, 1)
});
var HardSigmoid = hardSigmoid.layerClass;

// src/activations/tanh.ts
var tanh2 = createActivation({
  name: "tanh",
  className: "Tanh",
  formula: ({ x }) => x.tanh()
});
var Tanh = tanh2.layerClass;

// src/activations/softsign.ts
var softsign = createActivation({
  name: "softsign",
  className: "Softsign",
  formula: ({ x }) => {
    const size = x.abs();
    const far = x.sign().div(constant(1).div(size).add(1));
    return where(size.greater(1), far, x.div(size.add(1)));
  },
  paper: "Turian et al., 2009"
});
var Softsign = softsign.layerClass;

// src/activations/softplus.ts
var softplus3 = createActivation({
  name: "softplus",
  className: "Softplus",
  formula: ({ x }) => x.softplus(),
  paper: "Dugas et al., 2001"
});
var Softplus = softplus3.layerClass;

// src/activations/swish.ts
var swish = createActivation({
  name: "swish",
  className: "Swish",
  aliases: ["silu"],
  formula: ({ x }) => x.multiplyNoNan(x.sigmoid()),
  paper: "Elfwing et al., 2017, https://arxiv.org/abs/1702.03118"
});
var Swish = swish.layerClass;

// src/activations/swish-beta.ts
var swishBeta = createActivation({
  name: "swishBeta",
  className: "SwishBeta",
  weights: { beta: { initializer: "ones" } },
  formula: ({ x, beta }) => x.multiplyNoNan(x.mul(beta).sigmoid()),
  paper: "Ramachandran et al., 2017, https://arxiv.org/abs/1710.05941"
});
var SwishBeta = swishBeta.layerClass;

// src/activations/hard-swish.ts
var hardSwish = createActivation({
  name: "hardSwish",
  className: "HardSwish",
  aliases: ["hardSilu"],
  formula: ({ x }) => x.multiplyNoNan(x.add(3).clipByValue(0, 6).div(6)),
  paper: "Howard et al., 2019, https://arxiv.org/abs/1905.02244"
});
var HardSwish = hardSwish.layerClass;

// src/activations/mish.ts
var mish = createActivation({
  name: "mish",
  className: "Mish",
  formula: ({ x }) => x.multiplyNoNan(x.softplus().tanh()),
  paper: "Misra, 2019, https://arxiv.org/abs/1908.08681"
});
var Mish = mish.layerClass;

// src/activations/gelu.ts
var PAPER = "Hendrycks & Gimpel, 2016, https://arxiv.org/abs/1606.08415";
function tanhForm(x) {
  const u = x.add(x.mul(x.square()).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.multiplyNoNan(u.mul(2).sigmoid());
}
var gelu = createActivation({
  name: "gelu",
  className: "GELU",
  options: { approximate: false },
  formula: ({ x, approximate }) => approximate ? tanhForm(x) : x.multiplyNoNan(x.mul(-Math.SQRT1_2).erfc().mul(0.5)),
  paper: PAPER
});
var geluNew = createActivation({
  name: "geluNew",
  className: "GELUNew",
  formula: ({ x }) => tanhForm(x),
  paper: PAPER
});
var GELU = gelu.layerClass;
var GELUNew = geluNew.layerClass;

// src/activations/rational.ts
var NUMERATOR = [0.0335721, 0.505, 1.652675, 2.008123, 0.9305755, 0.1521328];
var DENOMINATOR = [0, 3.976481, 0, 0.301253];
var rational = createActivation({
  name: "rational",
  className: "Rational",
  weights: {
    numerator: { length: 6, initializer: NUMERATOR },
    denominator: { length: 4, initializer: DENOMINATOR }
  },
  formula: ({ x, numerator, denominator }) => {
    const near = polynomial(x, numerator).div(x.mul(polynomial(x, denominator)).abs().add(1));
    const t = constant(1).div(x);
    const highestFirst = polynomial(t, [...denominator].reverse());
    const far = polynomial(t, [...numerator].reverse()).div(
      t.square().square().add(highestFirst.abs())
    );
    return where(x.abs().greater(1), x.multiplyNoNan(far), near);
  },
  paper: "Molina et al., 2020, https://arxiv.org/abs/1907.06732"
});
var Rational = rational.layerClass;

// src/layers/index.ts
var members = Object.values(activations_exports).filter(
  (member) => "formula" in member
);
var activations = Object.fromEntries(
  members.map((activation) => [activation.name, activation])
);
var byName = Object.fromEntries(
  members.map((activation) => [activation.name, activation.layer])
);
var layers3 = {
  ...byName,
  /** `layers.relu`, as `tf.layers` spells it. */
  reLU: byName.relu,
  /** `layers.leakyRelu`, as `tf.layers` spells it. */
  leakyReLU: byName.leakyRelu,
  /** `layers.thresholdedRelu`, as `tf.layers` spells it. */
  thresholdedReLU: byName.thresholdedRelu
};

// src/registry.ts
var tf10 = __toESM(require("@tensorflow/tfjs"));
var byName2 = /* @__PURE__ */ new Map();
var byClassName = /* @__PURE__ */ new Map();
function registerInPlaceOfStock(activation) {
  byClassName.set(activation.className, activation);
  tf10.serialization.registerClass(
    activation.layerClass
  );
  for (const name of namesOf(activation)) {
    byName2.set(name, activation);
    tf10.serialization.registerClass(stringClass(activation, name));
  }
  return activation;
}
function namesOf({ name, aliases }) {
  const names = [name, ...aliases];
  return [.../* @__PURE__ */ new Set([...names, ...names.map(toSnakeCase)])];
}
function stringClass(activation, name) {
  const weights = Object.keys(activation.weights);
  const isIdentity = activation.formula.operation === "input";
  const StringActivation = class extends StringActivationBase {
    static {
      /** @nocollapse */
      this.className = name;
    }
    constructor(config = {}) {
      super();
      if (weights.length > 0) {
        throw new Error(
          `'${name}' learns ${weights.join(", ")}, which an activation given by name cannot hold; add its layer instead: layers.${activation.name}() or ${activation.name}.layer()`
        );
      }
      const options = Object.keys(config).filter((key) => key !== "customObjects");
      if (options.length > 0) {
        throw new Error(
          `'${name}' was given ${options.join(", ")}, but tfjs saves the name of an activation alone; add a layer instead: layers.${activation.name}({${options[0]}: \u2026})`
        );
      }
    }
    apply(x) {
      return isIdentity ? x : activation(x);
    }
    getClassName() {
      return activation.name;
    }
    getConfig() {
      return {};
    }
  };
  return StringActivation;
}

// src/index.ts
for (const activation of Object.values(activations)) registerInPlaceOfStock(activation);
var { MaxValue: MaxValue2, MinMaxValue: MinMaxValue2, MinValue: MinValue2, maxValue: maxValue2, minMaxValue: minMaxValue2, minValue: minValue2 } = constraints_exports;
for (const serializable of [MinValue2, MaxValue2, MinMaxValue2, StartingValues]) {
  tf11.serialization.registerClass(serializable);
}
var constraints3 = { ...tf11.constraints, maxValue: maxValue2, minMaxValue: minMaxValue2, minValue: minValue2 };

// tiny.tmp.ts
async function main() {
  await tf12.setBackend("wasm");
  const x = tf12.ones([4, 4]), a = tf12.ones([4]), dy = tf12.ones([4, 4]);
  const fs = {
    ours: () => activations.relu(x).dispose(),
    prelu: () => activations.prelu(x, { alpha: a }).dispose()
  };
  for (let r = 0; r < 3; r++) for (const k in fs) {
    const f = fs[k];
    for (let i = 0; i < 2e3; i++) f();
    let best = 1e9;
    for (let j = 0; j < 20; j++) {
      const t = performance.now();
      for (let i = 0; i < 500; i++) f();
      best = Math.min(best, (performance.now() - t) / 500 * 1e3);
    }
    if (r == 2) console.log(k.padEnd(14), best.toFixed(2), "us");
  }
}
main();
