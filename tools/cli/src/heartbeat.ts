import { openLines } from "@slipway/report/lines";

const firstMs = 2000;

/** Says that a command still works, after two seconds and then ever more rarely. Ends with `using`. */
export function openHeartbeat(
  doing: string,
  progress: (line: string) => void = openLines().progress,
): Disposable {
  const beat = (afterMs: number, inMs: number): NodeJS.Timeout =>
    setTimeout(() => {
      progress(`${doing}: ${Math.round(afterMs / 1000)} s so far, Ctrl-C stops it`);
      timer = beat(afterMs * 2, afterMs);
    }, inMs).unref();
  let timer = beat(firstMs, firstMs);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
