import * as tf from '@tensorflow/tfjs';

/** For what runs without a pause, so that every variable made meanwhile is its own. */
export function disposingOnError<T>(build: () => T): T {
  const variables = () => Object.values(tf.engine().registeredVariables);
  const before = new Set(variables());
  try {
    return build();
  } catch (error) {
    for (const variable of variables()) if (!before.has(variable)) variable.dispose();
    throw error;
  }
}
