/** Many small files, and as many bytes in a tenth of the files: the two trees of the parts that look at whole trees. */
export const manySmall = { files: 100_000, sizeBytes: 2048 } as const;
export const fewerLarger = { files: 10_000, sizeBytes: 20_480 } as const;
export const shapes = [manySmall, fewerLarger] as const;
