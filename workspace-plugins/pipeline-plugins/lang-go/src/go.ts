import { firstLine, toolVersions } from "@slipway/pipeline-kit/language";
import type { Install, Language, Manager } from "@slipway/pipeline-kit/language";
import { checkVersion } from "@slipway/pipeline-kit/setup";

/** Lines `toolchain go1.22.3` and `go 1.22`: each is the lowest that will do. */
function lowest(line: RegExp): (text: string) => string | undefined {
  return (text) => {
    const version = line.exec(text)?.[1];
    return version === undefined ? undefined : `>=${version}`;
  };
}

function download(): Install {
  return {
    name: "go mod download",
    command: "go mod download\n",
    cache: { id: "go", paths: ["~/go/pkg/mod"] },
    keyFiles: ["go.mod", "go.sum", "go.work", "go.work.sum"],
  };
}

/** A module that needs no other has no sums. */
const modules: Manager = {
  name: "go",
  locks: ["go.sum", "go.work.sum", "go.mod"],
  install: download,
};

export const go: Language = {
  name: "go",
  markers: ["go.mod", "go.work"],
  versions: [
    ...["go.work", "go.mod"].flatMap((file) => [
      { file, read: lowest(/^toolchain\s+go(\d\S*)/m) },
      { file, read: lowest(/^go\s+(\d\S*)/m) },
    ]),
    { file: ".go-version", read: (text) => firstLine(text)?.replace(/^go/, "") },
    toolVersions("golang"),
  ],
  managers: [modules],
  unlocked: download,
  github: ({ version, isMinimum }) => ({
    reference: "actions/setup-go@v5",
    with: { "go-version": isMinimum ? `>=${version}` : version, cache: "false" },
  }),
  // Go gets what this names by itself; it has to be a release, and 1.22 is none.
  pin: (version) => (/^\d+\.\d+\.\d+$/.test(version) ? { GOTOOLCHAIN: `go${version}` } : undefined),
  setup: checkVersion({ name: "go", version: "go version", image: "golang" }),
};
