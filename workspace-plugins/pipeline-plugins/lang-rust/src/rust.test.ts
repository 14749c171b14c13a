import { detected, planned } from "@slipway/pipeline-kit/test/language";
import { expect, test } from "vitest";
import { rust } from "./rust.ts";

test.for([
  [{ "rust-toolchain.toml": '[toolchain]\nchannel = "1.80.0"\n' }, "1.80.0"],
  [{ "rust-toolchain": "1.79.0\n" }, "1.79.0"],
  [{ "rust-toolchain": '[toolchain]\nchannel = "1.78"\n' }, "1.78"],
  [{ "rust-toolchain.toml": '[toolchain]\nchannel = "nightly-2024-05-01"\n' }, undefined],
  [{ "Cargo.toml": '[package]\nname = "a"\nrust-version = "1.70"\n' }, "1.70"],
  [{ "Cargo.toml": '[workspace.package]\nrust-version = "1.71"\n' }, "1.71"],
] as const)("%j is of rust %s", ([files, expected]) => {
  const { facts } = detected(rust, { "Cargo.toml": "", ...files });
  expect(facts?.["rust_version"]).toBe(expected);
});

test("a channel is told, and left to rustup", () => {
  const files = { "Cargo.toml": "", "Cargo.lock": "", "rust-toolchain": "stable\n" };
  expect(detected(rust, files).told).toEqual([
    "RUST_003: rust-toolchain says stable, which is another version from time to time: none is checked",
  ]);
  expect(planned(rust, [{}, { version: "stable" }], { files }).uses).toEqual([
    { steps: ["cargo fetch --locked"], env: [], caches: ["cargo"] },
    {
      steps: ["rust stable", "cargo fetch --locked"],
      env: ["RUSTUP_TOOLCHAIN=stable"],
      caches: ["cargo-ruststable"],
    },
  ]);
});

test("a package of a job becomes its version, its install and its cache", () => {
  const files = { "Cargo.toml": '[package]\nrust-version = "1.70"\n', "Cargo.lock": "" };
  expect(planned(rust, [{}], { files })).toEqual({
    uses: [{ steps: ["rust >=1.70", "cargo fetch --locked"], env: [], caches: ["cargo"] }],
    caches: [
      {
        id: "cargo",
        paths: ["~/.cargo/registry", "~/.cargo/git", "target"],
        key: ["platform", "rust:1.70", "Cargo.toml", "Cargo.lock"],
      },
    ],
    told: [],
  });
});
