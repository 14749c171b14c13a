/** Into a folder of the workspace. */
export type Look = {
  readonly has: (file: string) => boolean;
  /** `undefined`: it is not there. */
  readonly text: (file: string) => string | undefined;
};

export function within({ has, text }: Look, folder: string): Look {
  if (folder === "") return { has, text };
  return {
    has: (file) => has(`${folder}/${file}`),
    text: (file) => text(`${folder}/${file}`),
  };
}
