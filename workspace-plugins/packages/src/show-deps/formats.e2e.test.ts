import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { asPoetry, asPyproject, asRequirements } from "./formats.ts";
import { needsOf } from "./need.ts";

const packages = [
  needsOf({
    name: "one",
    version: "1.0.0",
    language: { name: "python", version: ">=3.9,<4" },
    dependencies: {
      runtime: [
        { package: "requests", version: "^2.31" },
        {
          package: "httpx[http2]",
          version: "~0.27.1; python_version >= '3.9' and os_name != \"nt\"",
        },
        { package: "zope.interface", version: "*" },
        { package: "numpy", version: "<2; python_version < '3.10'" },
        { package: "rich", version: "13.2.*" },
      ],
      dev: [{ package: "pytest", version: "8.1" }],
    },
  }),
  needsOf({
    name: "two",
    version: "1.0.0",
    language: { name: "python", version: "^3.9" },
    dependencies: {
      runtime: [
        { package: "HTTPX[socks]", version: "<0.28" },
        { package: "numpy", version: ">=1.20,!=1.21" },
      ],
      dev: [{ package: "pytest", version: "latest" }],
    },
  }),
];

/** What pip reads requirements with, and Python's own TOML; each requirement comes back as pip writes it. */
const reader = `
import json, sys
from pip._vendor.packaging.requirements import Requirement
try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib
given = json.load(sys.stdin)
lines = [line for line in given["requirements"].splitlines() if not line.startswith("#")]
project = tomllib.loads(given["pyproject"])["project"]
groups = project["optional-dependencies"]
poetry = tomllib.loads(given["poetry"])["tool"]["poetry"]
print(json.dumps({
    "requirements": [str(Requirement(line)) for line in lines],
    "aigogo": [str(Requirement(line)) for line in groups["aigogo"]],
    "aigogo-dev": [str(Requirement(line)) for line in groups["aigogo-dev"]],
    "python": project["requires-python"],
    "poetry": poetry["group"],
    "poetry-python": poetry["dependencies"]["python"],
}))
`;

function text(written: ReturnType<typeof asPoetry>): string {
  if (!written.ok) throw new Error(written.failure.reason);
  return written.value;
}

test("what is written for pip and Poetry is read by pip's own parser and as TOML", ({ skip }) => {
  skip(
    spawnSync("python3", ["-c", "import pip._vendor.packaging"]).status !== 0,
    "there is no pip",
  );
  const input = JSON.stringify({
    requirements: text(asRequirements(packages)),
    pyproject: text(asPyproject(packages, { hasProject: false })),
    poetry: text(asPoetry(packages)),
  });
  const { stdout, stderr } = spawnSync("python3", ["-c", reader], { input, encoding: "utf8" });
  expect(stderr).toBe("");
  const runtime = [
    "requests<3,>=2.31",
    'httpx[http2]<0.28,>=0.27.1; python_version >= "3.9" and os_name != "nt"',
    "HTTPX[socks]<0.28",
    "zope.interface",
    'numpy<2; python_version < "3.10"',
    "numpy!=1.21,>=1.20",
    "rich==13.2.*",
  ].map((line) => line.replace("HTTPX", "httpx"));
  expect(JSON.parse(stdout)).toEqual({
    requirements: runtime,
    aigogo: runtime,
    "aigogo-dev": ["pytest==8.1"],
    python: ">=3.9,<4",
    poetry: {
      aigogo: {
        dependencies: {
          requests: "^2.31",
          httpx: [
            {
              version: "~0.27.1",
              extras: ["http2"],
              markers: "python_version >= '3.9' and os_name != \"nt\"",
            },
            { version: "<0.28", extras: ["socks"] },
          ],
          "zope.interface": "*",
          numpy: [{ version: "<2", markers: "python_version < '3.10'" }, ">=1.20,!=1.21"],
          rich: "13.2.*",
        },
      },
      "aigogo-dev": { dependencies: { pytest: "==8.1" } },
    },
    "poetry-python": ">=3.9,<4",
  });
});
