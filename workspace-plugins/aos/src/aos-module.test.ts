import { expect, test } from "vitest";
import { aosModuleFile, aosSource } from "./aos-module.ts";

test("the WASM lies in the machine's cache under its own digest", () => {
  const hex = aosSource.digest.slice("sha256:".length);
  expect(aosModuleFile({ XDG_CACHE_HOME: "/cache" })).toBe(`/cache/slipway/aos/${hex}.wasm`);
});
