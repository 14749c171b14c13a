import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { buildGoPlugin, buildPythonPlugin } from "../../test/language-plugins.ts";
import { testConformance } from "./conformance.ts";

async function check(program: string, plugin: string): Promise<void> {
  const found = await testConformance(
    { name: plugin, file: program, args: [], folder: tmpdir() },
    { limitMs: 60_000 },
  );
  expect({ ...found, checks: found.checks.filter((each) => Object.keys(each).length > 1) }).toEqual(
    {
      plugin,
      version: "1.0.0",
      checks: [],
    },
  );
  expect(found.checks).toHaveLength(9);
}

test("a plugin in Go over google.golang.org/grpc conforms", async () => {
  await check(await buildGoPlugin(), "lang/go-greeter");
});

test("a plugin in Python over grpcio conforms", async () => {
  await check(await buildPythonPlugin(), "lang/python-greeter");
});
