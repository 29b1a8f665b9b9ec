/** What Markdown, its tables or HTML could take for more than text. */
const ACTIVE = /[\\`*_{}[\]()<>#|~!&:@$^"]/g;
/** Controls, and marks that change how their neighbours are read: shown as what they are. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Anybody's text as one line of Markdown that says exactly this, and nothing that the text may wish: no markup, no link, no cell. */
export function markdownText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(UNSEEN, (mark) => `U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
    .trim()
    .replace(ACTIVE, String.raw`\$&`)
    .replace(/www\./gi, (start) => `${start.slice(0, -1)}${String.raw`\.`}`);
}
