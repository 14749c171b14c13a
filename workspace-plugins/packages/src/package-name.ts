export const languages = ["python", "javascript", "go", "rust"] as const;
export type Language = (typeof languages)[number];

/** The name under which a package is locked and imported. */
export type PackageKey = string & { readonly __brand: "PackageKey" };

/** A Python key is an identifier; others are one plain file name, never a path and never hidden. */
export function isPackageKey(text: string, language: Language): text is PackageKey {
  if (text.length > 200) return false;
  return language === "python"
    ? /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && text !== "__pycache__" && text !== "__init__"
    : /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(text);
}

/** Only Python's names are changed, into an identifier. */
export function keyText(name: string, language: Language): string {
  return language === "python" ? normalizedName(name) : name;
}

function normalizedName(name: string): string {
  if (name === "") return "";
  const joined = name.replaceAll(/[-.]/g, "_");
  const begun = /^[A-Za-z_]/.test(joined) ? joined : `_${joined}`;
  return begun.replaceAll(/[^A-Za-z0-9_]/gu, "_");
}
