import { fail, ok } from "@slipway/signature/basics";
import { missing, present, unknown } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { RegistryRequest } from "./authorization.ts";
import type { Line } from "./line.ts";
import { isTag } from "./reference.ts";
import type { RepositoryName } from "./reference.ts";
import { fieldOf, invalidAnswer, jsonOf, readAtMost, refusalOf } from "./refusal.ts";

const mostPageBytes = 4 * 1024 * 1024;
const mostTags = 100_000;
/** Pages may be empty. */
const mostPages = 1000;

type Page = { readonly tags: readonly string[]; readonly next: URL | undefined };

/** Every page of them, in the registry's order. No page is read twice. */
export async function listTags(
  line: Line,
  name: RepositoryName,
): Promise<Answer<readonly string[]>> {
  const tags: string[] = [];
  const first = line.request(name, { method: "GET", path: "tags/list", actions: "pull" });
  const seen = new Set<string>();
  for (let url: URL | undefined = first.url; url !== undefined;) {
    seen.add(url.href);
    const page: Answer<Page> = await readPage(line, { ...first, url });
    if (page.state !== "present") return page;
    for (const tag of page.value.tags) tags.push(tag);
    if (tags.length > mostTags || seen.size >= mostPages) {
      return unknown(invalidAnswer(first, "tags-too-many"));
    }
    url = page.value.next;
    if (seen.has(url?.href ?? "")) return unknown(invalidAnswer(first, "next-page-seen"));
  }
  return present(tags);
}

async function readPage(line: Line, request: RegistryRequest): Promise<Answer<Page>> {
  const { url } = request;
  return line.question<Page>(request, async (response) => {
    if (response.status === 404) return ok(missing);
    if (response.status !== 200) return fail(await refusalOf(request, response));
    const tags = tagsIn(await readAtMost(response.chunks, mostPageBytes));
    if (tags === undefined) return fail(invalidAnswer(request, "tags-invalid"));
    const next = nextPage(response.header("link"), url);
    if (next !== undefined && next.origin !== url.origin) {
      return fail(invalidAnswer(request, "next-page-foreign"));
    }
    return ok(present({ tags, next }));
  });
}

/** A repository whose last tag was deleted answers `null`. */
function tagsIn(body: Buffer | undefined): readonly string[] | undefined {
  const value = jsonOf(body);
  const tags = fieldOf(value, "tags");
  if (tags === null) return [];
  if (!Array.isArray(tags)) return undefined;
  const texts = tags.filter((tag) => typeof tag === "string" && isTag(tag));
  return texts.length === tags.length ? texts : undefined;
}

function nextPage(link: string | undefined, url: URL): URL | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? "")?.[1];
  return target === undefined ? undefined : (URL.parse(target, url) ?? undefined);
}
