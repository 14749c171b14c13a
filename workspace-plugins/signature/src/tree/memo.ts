/** Small texts by key, read from a snapshot when one is first asked for; those that were used last stay. */
export type Memo = {
  readonly get: (key: string) => string | undefined;
  readonly set: (key: string, value: string) => void;
  readonly hasChanged: () => boolean;
  /** To be put into a snapshot. */
  readonly text: () => string;
};

/** A snapshot is read whole by every command: what is kept beside must not outgrow it. */
const mostCharacters = 8 * 1024 ** 2;

export function openMemo(saved: Buffer): Memo {
  const lazily: { texts?: Map<string, string> } = {};
  const texts = (): Map<string, string> => (lazily.texts ??= parse(saved.toString("utf8")));
  let isChanged = false;
  return {
    get: (key) => {
      const value = texts().get(key);
      if (value === undefined) return undefined;
      // To the end: what is at the front was not used for longest.
      texts().delete(key);
      texts().set(key, value);
      return value;
    },
    set: (key, value) => {
      if (texts().get(key) === value) return;
      texts().delete(key);
      texts().set(key, value);
      isChanged = true;
    },
    hasChanged: () => isChanged,
    text: () => {
      const kept: (readonly [string, string])[] = [];
      let characters = 0;
      for (const [key, value] of [...texts()].toReversed()) {
        characters += key.length + value.length;
        if (characters > mostCharacters) break;
        kept.push([key, value]);
      }
      return JSON.stringify(kept.toReversed());
    },
  };
}

function parse(text: string): Map<string, string> {
  const pairs: unknown = text === "" ? [] : JSON.parse(text);
  if (!Array.isArray(pairs)) return new Map();
  return new Map(pairs.filter(isPair));
}

function isPair(value: unknown): value is [string, string] {
  return (
    Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string")
  );
}
