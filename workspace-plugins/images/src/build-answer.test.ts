import { expect, test } from "vitest";
import { openBuildLines } from "./build-answer.ts";

/** As Podman 4.3.1 of Debian 12 answers. */
const answer = [
  "STEP 1/4: FROM scratch\n",
  "STEP 2/4: COPY busybox /bin/busybox\n",
  "--> Using cache 819efd1a656bd34b1f9cdd9b40c8d2c6ac1b1a3ed4f4ee26d3b0dc2d0f2cbd0e\n",
  "--> 819efd1a656\n",
  "STEP 3/4: RUN echo one; echo two\n",
  "one\ntwo\n",
  "--> 1f5bd32ce3e\n",
  "COMMIT localhost/slipway/x:1\n",
  "4d9ef04da26e82009af6287148e66decd2a62f6b77d49d0968f74b7d974e5e4c\n",
];

test("Podman's steps read as BuildKit's do", () => {
  const linesOf = openBuildLines();
  expect(answer.flatMap((stream) => linesOf({ stream }))).toEqual([
    "=> [1/4] FROM scratch",
    "=> [2/4] COPY busybox /bin/busybox",
    "=> [2/4] COPY busybox /bin/busybox: cached",
    "=> [3/4] RUN echo one; echo two",
    "one",
    "two",
    "COMMIT localhost/slipway/x:1",
  ]);
});

test("an error is a line", () => {
  expect(openBuildLines()({ error: "no such step\n" })).toEqual(["no such step"]);
});
