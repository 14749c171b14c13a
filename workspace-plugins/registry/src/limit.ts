/** At most so many at a time, first come first served. Never asked for while a slot is held. */
export type Limit = { readonly acquire: () => Promise<Disposable> };

export function openLimit(most: number): Limit {
  const waiting: (() => void)[] = [];
  let held = 0;
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) held -= 1;
    else next();
  };
  return {
    acquire: async () => {
      if (held < most) held += 1;
      else await new Promise<void>((resolve) => void waiting.push(resolve));
      let isHeld = true;
      return {
        [Symbol.dispose]: () => {
          if (isHeld) release();
          isHeld = false;
        },
      };
    },
  };
}
