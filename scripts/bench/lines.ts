/** The lines of a program's output. */
export function linesOf(output: string): readonly string[] {
  return output.split("\n").filter((line) => line !== "");
}
