export { describeCause } from "./causes.ts";
export { openConsole } from "./console.ts";
export type { Console } from "./console.ts";
export { describeFailure } from "./failures.ts";
export type { Failure } from "./failures.ts";
export { renderFailure, renderResult } from "./render.ts";
export { columns, table } from "./table.ts";
