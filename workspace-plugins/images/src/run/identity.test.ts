import { expect, it } from "vitest";
import { identityVariables } from "./identity.ts";

const me = { uid: 1000, gid: 1001, name: "me", home: "/home/me" };

/** The five variables in the order uid, gid, user, home, home of the mounts. */
function check(user: Partial<typeof me>, isRootless = false): readonly (string | undefined)[] {
  const variables = identityVariables({ ...me, ...user }, isRootless);
  return ["UID", "GID", "HOST_USER", "HOME", "MOUNT_HOME"].map(
    (name) => variables[`AICAGE_${name}`],
  );
}

it("is the person's own, at their own home", () => {
  expect(check({})).toEqual(["1000", "1001", "me", "/home/me", "/home/me"]);
});

it("is root in a rootless engine, with the person's mounts", () => {
  expect(check({}, true)).toEqual(["0", "0", "root", "/root", "/home/me"]);
});

it("is root for root, whatever root is called and whatever its group", () => {
  expect(check({ uid: 0, gid: 5, name: "toor", home: "/root" })).toEqual([
    "0",
    "0",
    "root",
    "/root",
    "/root",
  ]);
});

it.each(["DOMAIN\\me", "a:b", "root", "a\nb", "ärger", "x".repeat(40)])(
  "gives %j a name that a line of passwd can hold",
  (name) => {
    expect(check({ name })[2]).toBe("host");
  },
);
