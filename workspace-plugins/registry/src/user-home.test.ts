import { userInfo } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { userHome } from "./user-home.ts";

afterEach(() => vi.unstubAllEnvs());

test.for([
  ["/somewhere", "/somewhere"],
  ["", userInfo().homedir],
  [".", userInfo().homedir],
  ["project/home", userInfo().homedir],
])("HOME=%s is %s", ([home = "", expected]) => {
  vi.stubEnv("HOME", home);
  expect(userHome()).toBe(expected);
});
