import os from 'node:os';

/** The processor, and what ran on it. */
export function machine(): string {
  const [{model}, ...others] = os.cpus();
  return `${model.trim()}, ${others.length + 1} cores, Node ${process.version.slice(1)}`;
}
