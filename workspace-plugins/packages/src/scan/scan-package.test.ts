import { describe, expect, test } from "vitest";
import { dependenciesIn, openProject } from "./rig.ts";

type Files = Readonly<Record<string, string>>;

async function check(
  language: Parameters<typeof openProject>[0],
  files: Files,
  expected: readonly string[],
): Promise<void> {
  await using project = await openProject(language, files);
  const scan = await project.scan();
  expect(scan.ok ? dependenciesIn(scan.value) : scan.failure).toEqual(expected);
}

describe("Go", () => {
  test.for<readonly [string, Files, readonly string[]]>([
    [
      "imports alone, in groups, with names and without",
      {
        "a.go": `package a\nimport "fmt"\nimport x "example.com/x/y"\nimport (\n\t_ "golang.org/x/net/html"; . "github.com/a/b/v2/c"\n)\n`,
      },
      ["example.com/x a.go:3", "github.com/a/b/v2 a.go:5", "golang.org/x/net a.go:5"],
    ],
    ["no text further down", { "a.go": 'package a\nvar s = `\nimport "example.com/no"\n`\n' }, []],
    [
      "comments anywhere",
      {
        "a.go": `// import "no.no/a"\n/* x */ package /* y */ a // import "a"\nimport ( // b\n/* "no.no/c" */ "example.com/d/e" )`,
      },
      ["example.com/d a.go:4"],
    ],
    [
      "the modules that go.mod names",
      {
        "a.go": `package a\nimport ("example.com/deep/module/pkg"; "example.com/me/sub"; "C"; "./local")`,
        "go.mod": `module example.com/me\nrequire (\n\texample.com/deep/module v1.2.3 // indirect\n)\n`,
      },
      ["example.com/deep/module a.go:2"],
    ],
    [
      "gopkg.in, with and without an owner",
      { "a.go": `package a\nimport ("gopkg.in/yaml.v3"; "gopkg.in/o/p.v1/q")` },
      ["gopkg.in/o/p.v1 a.go:2", "gopkg.in/yaml.v3 a.go:2"],
    ],
  ])("%s", ([, files, expected]) => check("go", files, expected));

  test("versions are suggested as go.mod has them", async () => {
    await using project = await openProject("go", {
      "a.go": `package a\nimport ("example.com/a/b"; "example.com/c")`,
      "go.mod": "module x\nrequire example.com/a v1.2.3\n",
    });
    const scan = await project.scan();
    expect(scan.ok && scan.value.suggestions.runtime).toEqual([
      { package: "example.com/a", version: "v1.2.3" },
      { package: "example.com/c", version: "*" },
    ]);
  });
});

describe("Rust", () => {
  test.for<readonly [string, Files, readonly string[]]>([
    [
      "use of all forms",
      {
        "a.rs":
          "use xx::a;\npub(crate) use ::yy::{b, c::{d, e as f}};\nuse {zz, ww::*};\nextern crate vv as v;",
      },
      ["vv a.rs:4", "ww a.rs:3", "xx a.rs:1", "yy a.rs:2", "zz a.rs:3"],
    ],
    [
      "paths without use",
      {
        "a.rs": `fn f() { serde_json::to_string(1); }\n#[tokio::main]\nasync fn main() { u32::MAX; Vec::new(); a.b::<c>(); }`,
      },
      ["serde_json a.rs:1", "tokio a.rs:2"],
    ],
    [
      "the language itself",
      {
        "a.rs":
          "use std::io; use core::fmt; use alloc::vec; use crate::a; use self::b; use super::c;",
      },
      [],
    ],
    [
      "modules and names of its own",
      {
        "a.rs":
          "mod helper;\nuse helper::run;\nuse xx::task;\nuse task::spawn;\nenum Color { A }\nuse Color::*;",
        "b.rs": "use helper::x; use demo::y;",
      },
      ["xx a.rs:3"],
    ],
    [
      "strings, comments and lifetimes",
      {
        "a.rs": `//! use no::a;\n/* /* use no::b; */ use no::c; */\nconst S: &'static str = "use no::d;"; const R: &str = r##"use no::"# e;"##; const C: char = '"'; const B: u8 = b'\\'';\nfn f<'a>(x: &'a str) -> impl Sized + use<'a> { xx::y(x) }`,
      },
      ["xx a.rs:4"],
    ],
  ])("%s", ([, files, expected]) => check("rust", files, expected));
});
