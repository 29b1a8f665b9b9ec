/** A block of shell in a Markdown text; a `service` keeps running while the others are executed. */
export type ShellBlock = { readonly isService: boolean; readonly text: string };

/** The shell of one section of a README, in order. */
export function shellBlocks(markdown: string, section: string): readonly ShellBlock[] {
  const [, fromSection = ''] = markdown.split(`\n## ${section}\n`);
  const [body = ''] = fromSection.split('\n## ');
  return [...body.matchAll(/^```sh( service)?\n(.*?)^```$/gms)].map(([, service, text = '']) => ({
    isService: service !== undefined,
    text,
  }));
}
