import { decodeBuildStatus, openBuildLog } from "./build-trace.ts";
import type { EngineEvent } from "./engine-events.ts";

/**
 * Lines for a log out of the events of a build, by BuildKit or by Podman: `=> [2/4] RUN x` for a step when it starts,
 * with `: cached` after it when it need not run, and under it what it wrote.
 */
export function openBuildLines(): (event: EngineEvent) => readonly string[] {
  const say = openBuildLog();
  const sayPlain = openPlainLog();
  return (event) => {
    if (event.id === "moby.buildkit.trace" && typeof event.aux === "string") {
      const status = decodeBuildStatus(event.aux);
      return status === undefined ? [] : say(status);
    }
    return [event.stream, event.error].flatMap((text) =>
      text === undefined ? [] : text.trimEnd().split("\n").flatMap(sayPlain),
    );
  };
}

/** Podman's lines: `STEP 2/4: RUN x`, then `--> Using cache 0123…` or what the step wrote and `--> 0123…`. */
function openPlainLog(): (line: string) => readonly string[] {
  let step = "";
  return (line) => {
    const [, at, command] = /^STEP (\d+\/\d+): (.*)$/.exec(line) ?? [];
    if (at !== undefined && command !== undefined) {
      step = `=> [${at}] ${command}`;
      return [step];
    }
    if (/^--> Using cache [0-9a-f]+$/.test(line)) return [`${step}: cached`];
    return /^(?:--> )?[0-9a-f]{11,64}$/.test(line) ? [] : [line];
  };
}
