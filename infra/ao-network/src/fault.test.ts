import { expect, test } from "vitest";
import { Fault, openFaults } from "./fault.ts";
import type { FaultOptions } from "./fault.ts";

function faultsOf(...options: readonly FaultOptions[]) {
  const faults = openFaults();
  faults.add(options.map((one) => Fault.parse(one)));
  return faults;
}

test("a fault disturbs the next requests of its unit and kind, as many as it counts", () => {
  const faults = faultsOf({ unit: "cu", kind: "result", fault: "reset", count: 2 });
  expect(faults.take("mu", "item")).toBeUndefined();
  expect(faults.take("cu", "dry-run")).toBeUndefined();
  const taken = [1, 2, 3].map(() => faults.take("cu", "result")?.fault);
  expect(taken).toEqual(["reset", "reset", undefined]);
  expect(faults.waiting()).toEqual([]);
});

test("a fault without a kind is for any request of its unit", () => {
  const faults = faultsOf({ unit: "su", fault: "hang" });
  expect(faults.take("su", "latest")?.fault).toBe("hang");
});

test("some requests may pass before", () => {
  const faults = faultsOf({ unit: "mu", kind: "item", fault: "reset", after: 2 });
  const taken = [1, 2, 3, 4].map(() => faults.take("mu", "item")?.fault);
  expect(taken).toEqual([undefined, undefined, "reset", undefined]);
});

test("of two faults for a request the first that was added wins", () => {
  const faults = faultsOf({ unit: "mu", fault: "reset" }, { unit: "mu", fault: "hang" });
  expect([1, 2].map(() => faults.take("mu", "item")?.fault)).toEqual(["reset", "hang"]);
});

test("a request that one fault lets pass can be disturbed by another", () => {
  const faults = faultsOf({ unit: "mu", fault: "reset", after: 1 }, { unit: "mu", fault: "hang" });
  expect([1, 2].map(() => faults.take("mu", "item")?.fault)).toEqual(["hang", "reset"]);
});

test("what is no fault is refused with the place that is wrong", () => {
  const check = (options: object, place: string) => {
    const parsed = Fault.safeParse(options);
    expect(parsed.error?.issues.map(({ path }) => path.join("."))).toEqual([place]);
  };
  check({ unit: "xu", fault: "reset" }, "unit");
  check({ unit: "mu", kind: "result", fault: "reset" }, "kind");
  check({ unit: "mu", fault: "explode" }, "fault");
  check({ unit: "mu", fault: "delay" }, "delayMs");
  check({ unit: "mu", fault: "status", status: 200 }, "status");
  check({ unit: "mu", fault: "reset", count: 0 }, "count");
});
