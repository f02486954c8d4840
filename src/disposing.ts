import * as tf from '@tensorflow/tfjs';

/** For what runs without a pause, so that every variable made meanwhile is its own. */
export function disposingOnError<T>(build: () => T): T {
  const disposeNew = newVariables();
  try {
    return build();
  } catch (error) {
    disposeNew();
    throw error;
  }
}

/** As `disposingOnError`, whether it fails or not; disposes all other tensors that it makes, too. */
export function disposingAfter<T>(use: () => T): T {
  const disposeNew = newVariables();
  let result!: T;
  try {
    tf.tidy(() => {
      result = use();
    });
    return result;
  } finally {
    disposeNew();
  }
}

/** A function that disposes the variables made since. */
function newVariables(): () => void {
  const variables = () => Object.values(tf.engine().registeredVariables);
  const before = new Set(variables());
  return () => {
    for (const variable of variables()) if (!before.has(variable)) variable.dispose();
  };
}
