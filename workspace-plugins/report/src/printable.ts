import stringWidth from "string-width";

/** What comes from outside may hold terminal escapes: control characters are shown, not obeyed. */
export function printable(text: string): string {
  return text.replaceAll(
    /[^\P{Cc}\n]/gu,
    (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** How many columns of a terminal a text takes once it is printable. */
export function printedWidth(text: string): number {
  return stringWidth(printable(text));
}
