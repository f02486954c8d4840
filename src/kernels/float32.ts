/** The largest finite float32. */
export const LARGEST_FLOAT32 = 3.4028234663852886e38;

export const FLOAT32_BYTES = 4;
