/** Many act at the same time, or one alone: a copy or a change of the whole state finds nobody in the middle of something. */
export type Activity = {
  readonly share: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly alone: <Value>(work: () => Promise<Value>) => Promise<Value>;
};

export function openActivity(): Activity {
  const running = new Set<Promise<unknown>>();
  const gate: { closed: Promise<unknown> | undefined } = { closed: undefined };
  return {
    share: async (work) => {
      while (gate.closed !== undefined) await gate.closed;
      const acting = work();
      running.add(acting);
      try {
        return await acting;
      } finally {
        running.delete(acting);
      }
    },
    alone: (work) => {
      const before = gate.closed;
      const acting = (async () => {
        await before;
        await Promise.allSettled(running);
        return work();
      })();
      const closed = acting
        .catch(() => undefined)
        .finally(() => {
          if (gate.closed === closed) gate.closed = undefined;
        });
      gate.closed = closed;
      return acting;
    },
  };
}
