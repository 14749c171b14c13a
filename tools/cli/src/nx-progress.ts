import { stripVTControlCharacters } from "node:util";

/**
 * What a person wants to see of Nx's stream while it runs: that a task has begun, and what a task says of its own
 * progress. Replays of old output, tables and advice are left to the log.
 */
export function openProgress(): (line: string) => string | undefined {
  const begun = new Set<string>();
  return (line) => {
    const text = stripVTControlCharacters(line).trimEnd();
    const [, task] = /^> nx run (\S+)$/.exec(text) ?? [];
    if (task !== undefined) {
      if (begun.has(task)) return undefined;
      begun.add(task);
      return task;
    }
    const [, project, said] = /^(\S+): +· (.+)$/.exec(text) ?? [];
    return project === undefined ? undefined : `${project}: ${said}`;
  };
}
