/** Of a build that goes on: how long it has taken and what it wrote last. Ends with `using`. */
export type BuildPace = Disposable & { readonly wrote: (line: string) => void };

/** Short builds say nothing more than that they have begun. */
const everyMs = 15_000;

/** `tell` gets a line from time to time: `building slipway/base:debian, 45 s: Unpacking nodejs`. */
export function openBuildPace(reference: string, tell: (line: string) => void): BuildPace {
  const begunAt = performance.now();
  let last = "";
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - begunAt) / 1000);
    tell(`building ${reference}, ${seconds} s${last === "" ? "" : `: ${last}`}`);
  }, everyMs);
  timer.unref();
  return {
    wrote: (line) => {
      last = shortened(line) || last;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

const mostShown = 60;

/** What programs write over their own line counts as it was written last. */
function shortened(line: string): string {
  const text = (line.trimEnd().split("\r").at(-1) ?? "").replace(/^=> /, "").trim();
  return text.length <= mostShown ? text : `${text.slice(0, mostShown - 1)}…`;
}
