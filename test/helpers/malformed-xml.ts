/**
 * What keeps a text from being well-formed XML, as far as charts use it: elements that are not closed, or not
 * in order, and characters that need an entity. Null where it is well-formed.
 */
export function malformed(svg: string): string | null {
  const open: string[] = [];
  let rest = svg;
  while (rest !== '') {
    const tag = /^<(\/?)([a-z]+)((?: [a-z][a-z0-9:-]*="[^"<]*")*) ?(\/?)>/i.exec(rest);
    if (tag === null) {
      const text = /^[^<]+/.exec(rest)?.[0];
      if (text === undefined || /&(?!(amp|lt|gt|quot);)/.test(text)) return rest.slice(0, 80);
      rest = rest.slice(text.length);
      continue;
    }
    const [whole, closes, name, , isEmpty] = tag;
    if (closes !== '') {
      if (open.pop() !== name) return `</${name}>`;
    } else if (isEmpty === '') open.push(name!);
    rest = rest.slice(whole.length);
  }
  return open.length === 0 ? null : `<${open.at(-1)}>`;
}
