export { parseYaml, problemAt } from "./yaml.ts";
export type { DefinitionFailure, Problem } from "./yaml.ts";
