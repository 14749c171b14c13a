import { firstLine, toolVersions } from "@slipway/pipeline-kit/language";
import type { Language } from "@slipway/pipeline-kit/language";
import { checkVersion } from "@slipway/pipeline-kit/setup";
import { pip, pipenv, poetry, project, uv } from "./managers.ts";
import { tomlText } from "@slipway/pipeline-kit/toml";

export const python: Language = {
  name: "python",
  markers: ["pyproject.toml", "Pipfile", "setup.py", "setup.cfg"],
  versions: [
    {
      file: ".python-version",
      read: (text) => firstLine(text)?.replace(/^(?:cpython|python)[-@]/, ""),
    },
    toolVersions("python"),
    { file: "runtime.txt", read: (text) => firstLine(text)?.replace(/^python-/, "") },
    { file: "Pipfile", read: (text) => tomlText(text, "requires", "python_full_version") },
    { file: "Pipfile", read: (text) => tomlText(text, "requires", "python_version") },
    { file: "pyproject.toml", read: (text) => tomlText(text, "project", "requires-python") },
    {
      file: "pyproject.toml",
      read: (text) => tomlText(text, "tool", "poetry", "dependencies", "python"),
    },
  ],
  managers: [uv, poetry, pipenv, pip],
  unlocked: project,
  // Of a range it would take the newest of all: the lowest version, which may be a line of them, is within it.
  github: ({ version }) => ({
    reference: "actions/setup-python@v5",
    with: { "python-version": version },
  }),
  setup: checkVersion({ name: "python3", version: "python3 --version", image: "python" }),
};
