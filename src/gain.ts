/** The density of z beyond it, 10⁻³², matters for no f² that grows less than exponentially with z². */
const LIMIT = 12;
const PANELS = 48;
/** Halvings of a panel that contains a step of f. */
const MOST_HALVINGS = 45;
/** With f oscillating wildly there would be ever more. */
const MOST_PANELS = 20_000;
/** What a panel may be off, as a share of the whole. */
const TOLERANCE = 1e-12;

/** Points of Kronrod's rule on [−1, 1], from 0 up, with their weights; every second, from 0, is Gauss's. */
const POINTS = [
  [0, 0.20948214108472782, 0.4179591836734694],
  [0.20778495500789848, 0.20443294007529889, 0],
  [0.4058451513773972, 0.19035057806478542, 0.3818300505051189],
  [0.5860872354676911, 0.1690047266392679, 0],
  [0.7415311855993945, 0.14065325971552592, 0.27970539148927664],
  [0.8648644233597691, 0.10479001032225019, 0],
  [0.9491079123427585, 0.06309209262997856, 0.1294849661688697],
  [0.9914553711208126, 0.022935322010529224, 0],
] as const;
const RULE = [...POINTS.slice(1).map(([at, ...weights]) => [-at, ...weights] as const), ...POINTS];

/**
 * E[f(z)²] for z ~ N(0, 1), by Gauss and Kronrod's rules: panels on which they differ are halved, down
 * to the kinks and steps of f.
 */
export function secondMomentOf(f: (zs: Float64Array) => Float64Array): number {
  const width = (2 * LIMIT) / PANELS;
  let halfWidth = width / 2;
  let middles = Array.from({length: PANELS}, (_, index) => -LIMIT + (index + 0.5) * width);
  let tolerance = 0;
  let sum = 0;
  for (let halvings = 0; middles.length > 0; halvings++) {
    const zs = Float64Array.from(
      middles.flatMap(middle => RULE.map(([at]) => middle + at * halfWidth)),
    );
    const values = f(zs).map((y, index) => y * y * density(zs[index]) * halfWidth);
    const panels = middles.map((middle, panel) => {
      let [kronrod, gauss] = [0, 0];
      for (const [index, [, ofKronrod, ofGauss]] of RULE.entries()) {
        const value = values[panel * RULE.length + index];
        kronrod += value * ofKronrod;
        gauss += value * ofGauss;
      }
      return {middle, kronrod, error: Math.abs(kronrod - gauss)};
    });
    if (halvings === 0) {
      tolerance = TOLERANCE * panels.reduce((total, {kronrod}) => total + kronrod, 0);
    }
    const isLast = halvings === MOST_HALVINGS || panels.length > MOST_PANELS;
    const toHalve = isLast ? [] : panels.filter(({error}) => error > tolerance);
    const halved = new Set(toHalve);
    for (const panel of panels) if (!halved.has(panel)) sum += panel.kronrod;
    halfWidth /= 2;
    middles = toHalve.flatMap(({middle}) => [middle - halfWidth, middle + halfWidth]);
  }
  return sum;
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}
