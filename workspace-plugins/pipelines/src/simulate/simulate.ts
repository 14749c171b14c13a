export { holds, textOf } from "./condition.ts";
export { githubContexts } from "./github-contexts.ts";
export { githubHolds, githubText } from "./github-expressions.ts";
export type { Scenario } from "./scenario.ts";
