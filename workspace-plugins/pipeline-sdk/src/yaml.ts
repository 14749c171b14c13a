import { stringify } from "yaml";

/**
 * YAML that readers of 1.1 and 1.2 read alike: `on`, `yes`, `0755` and `1e3` are quoted, no line is folded, nothing is said by
 * an alias, and keys stand in the order of the value.
 */
export function formatYaml(value: unknown): string {
  return stringify(value, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
