import { z } from "zod";

/**
 * What parts of a definition say of each other. Read beside the shape, not after it: zod looks at an object as a whole
 * only when each of its fields is right, and every problem is to be told at once. What is of another shape is left out.
 */
const Process = z.looseObject({
  needs: z.array(z.string()).catch([]),
  on_boot: z.boolean().catch(false),
});
const Target = z.looseObject({
  promotion: z.looseObject({ from: z.string() }).optional().catch(undefined),
  export: z
    .looseObject({
      env: z
        .looseObject({ file: z.string(), keys: z.record(z.string(), z.string()) })
        .optional()
        .catch(undefined),
      json: z.string().optional().catch(undefined),
      typescript: z.string().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});
const Parts = z.looseObject({
  processes: z.record(z.string(), Process.catch({ needs: [], on_boot: false })).catch({}),
  targets: z.record(z.string(), Target.catch({})).catch({}),
  release: z.looseObject({ target: z.string() }).optional().catch(undefined),
});
type Parts = z.output<typeof Parts>;

type Found = { readonly path: readonly (string | number)[]; readonly message: string };

export const Relations = Parts.catch({ processes: {}, targets: {} }).superRefine(
  (parts, context) => {
    const all = [
      ...ofNeeds(parts),
      ...ofPromotions(parts),
      ...ofExports(parts),
      ...ofRelease(parts),
    ];
    for (const { path, message } of all)
      context.addIssue({ code: "custom", path: [...path], message });
  },
);

function ofNeeds({ processes }: Parts): readonly Found[] {
  return Object.entries(processes).flatMap(([name, { needs, on_boot }]) => {
    const at = (index: number) => ["processes", name, "needs", index];
    const each = needs.flatMap((needed, index): readonly Found[] => {
      if (!Object.hasOwn(processes, needed)) {
        return [{ path: at(index), message: `there is no process ${needed}` }];
      }
      if (needed === name) {
        return [{ path: at(index), message: "a process knows its own id: it is ao.id" }];
      }
      if (needs.indexOf(needed) < index) return [{ path: at(index), message: "is there twice" }];
      return [];
    });
    const circle = on_boot ? circleFrom(name, (from) => processes[from]?.needs ?? []) : undefined;
    if (circle === undefined || circle.length < 3) return each;
    const way = circle.join(" -> ");
    const message = `a process that runs on boot knows only ids of what is spawned before it: ${way}`;
    return [...each, { path: at(needs.indexOf(circle[1] ?? "")), message }];
  });
}

function ofPromotions({ targets }: Parts): readonly Found[] {
  return Object.entries(targets).flatMap(([name, { promotion }]): readonly Found[] => {
    if (promotion === undefined) return [];
    const path = ["targets", name, "promotion", "from"];
    const { from } = promotion;
    if (!Object.hasOwn(targets, from)) return [{ path, message: `there is no target ${from}` }];
    if (from === name) return [{ path, message: "a target is not promoted from itself" }];
    const circle = circleFrom(name, (each) => {
      const next = targets[each]?.promotion?.from;
      return next === undefined ? [] : [next];
    });
    if (circle === undefined) return [];
    return [{ path, message: `no code would ever come in: ${circle.join(" -> ")}` }];
  });
}

function ofRelease({ targets, release }: Parts): readonly Found[] {
  if (release === undefined || Object.hasOwn(targets, release.target)) return [];
  return [{ path: ["release", "target"], message: `there is no target ${release.target}` }];
}

/** From a name over others to itself again, by the shortest way. */
function circleFrom(
  start: string,
  next: (name: string) => readonly string[],
): readonly string[] | undefined {
  const waiting: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (const way of waiting) {
    for (const name of next(way.at(-1) ?? start)) {
      if (name === start) return [...way, name];
      if (!seen.has(name)) waiting.push([...way, name]);
      seen.add(name);
    }
  }
  return undefined;
}

/** Each written thing has one writer. */
function ofExports({ processes, targets }: Parts): readonly Found[] {
  const writers = new Map<string, string>();
  const found: Found[] = [];
  const claim = (thing: string, writer: string, path: Found["path"]): void => {
    const earlier = writers.get(thing);
    if (earlier !== undefined) found.push({ path, message: `is written by ${earlier} too` });
    writers.set(thing, earlier ?? writer);
  };
  for (const [name, { export: exported }] of Object.entries(targets)) {
    const path = ["targets", name, "export"];
    for (const kind of ["json", "typescript"] as const) {
      const file = exported?.[kind];
      if (file !== undefined) claim(file, `target ${name}`, [...path, kind]);
    }
    const env = exported?.env;
    if (env === undefined) continue;
    for (const [process, key] of Object.entries(env.keys)) {
      const at = [...path, "env", "keys", process];
      if (!Object.hasOwn(processes, process)) {
        found.push({ path: at, message: `there is no process ${process}` });
      }
      claim(`${env.file} ${key}`, `process ${process} of target ${name}`, at);
    }
  }
  return found;
}
