import type { OriginsOf } from "./origin.ts";

const inside = new Set(["crate", "self", "super", "macro_rules"]);
const standard = new Set(
  "std core alloc proc_macro test bool char str u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64".split(
    " ",
  ),
);

/** A crate is named with `-` where code has `_`; `modules` are those of the package itself. */
export function rustOrigins(packageName: string, modules: ReadonlySet<string>): OriginsOf {
  const own = packageName.replaceAll("-", "_");
  return (_file, { specifier }) => {
    if (inside.has(specifier) || specifier === own || modules.has(specifier)) {
      return [{ kind: "own" }];
    }
    if (standard.has(specifier)) return [{ kind: "standard" }];
    return [{ kind: "package", names: [specifier], version: undefined }];
  };
}
