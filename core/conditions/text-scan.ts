/**
 * Finds which of many literals occur in a text, in one pass over it (Aho and Corasick's machine). The cost of a pass
 * is the length of the text and the number of finds; how many literals there are does not matter.
 */

const asciiSize = 128;

/** Calls `found` with the number of the literal and where its occurrence ends. Empty literals are never found. */
export type TextScan = (text: string, found: (literal: number, end: number) => void) => void;

interface Node {
  next: Map<number, number>;
  fail: number;
  /** The literal that ends here, and the nearest node on the way of fails where another one ends. */
  literal: number;
  alsoEnds: number;
}

/** @param literals all different */
export function createTextScan(literals: readonly string[]): TextScan {
  const nodes = buildTree(literals);
  linkFails(nodes);
  const { classes, width, table } = asciiTable(nodes, literals);
  const literalAt = Int32Array.from(nodes, ({ literal }) => literal);
  const alsoEnds = Int32Array.from(nodes, (node) => node.alsoEnds);
  /** For each node the nearest one on its way of fails, itself included, at which a literal ends. */
  const ends = Int32Array.from(nodes, (node, at) => (node.literal >= 0 ? at : node.alsoEnds));
  return (text, found) => {
    let at = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      at =
        code < asciiSize
          ? (table[at * width + (classes[code] as number)] as number)
          : follow(nodes, at, code);
      for (let end = ends[at] as number; end > 0; end = alsoEnds[end] as number)
        found(literalAt[end] as number, index + 1);
    }
  };
}

function buildTree(literals: readonly string[]): Node[] {
  const create = (): Node => ({ next: new Map(), fail: 0, literal: -1, alsoEnds: 0 });
  const nodes = [create()];
  literals.forEach((literal, number) => {
    let at = nodes[0] as Node;
    for (let index = 0; index < literal.length; index += 1) {
      const code = literal.charCodeAt(index);
      let next = at.next.get(code);
      if (next === undefined) {
        next = nodes.push(create()) - 1;
        at.next.set(code, next);
      }
      at = nodes[next] as Node;
    }
    if (literal !== '') at.literal = number;
  });
  return nodes;
}

/** Breadth first: a node's fail is nearer to the root, so it is linked already. */
function linkFails(nodes: readonly Node[]): void {
  const waiting = [0];
  for (const at of waiting) {
    const node = nodes[at] as Node;
    for (const [code, next] of node.next) {
      const child = nodes[next] as Node;
      child.fail = at === 0 ? 0 : follow(nodes, node.fail, code);
      const fail = nodes[child.fail] as Node;
      child.alsoEnds = fail.literal >= 0 ? child.fail : fail.alsoEnds;
      waiting.push(next);
    }
  }
}

function follow(nodes: readonly Node[], from: number, code: number): number {
  for (let at = from; ; ) {
    const node = nodes[at] as Node;
    const next = node.next.get(code);
    if (next !== undefined) return next;
    if (at === 0) return 0;
    at = node.fail;
  }
}

/**
 * Where each node goes on each ASCII character: most text is that, and then a step is one look-up. Characters that no
 * literal has are one class, so that the table is small enough to stay at hand.
 */
function asciiTable(nodes: readonly Node[], literals: readonly string[]) {
  const classes = new Uint8Array(asciiSize);
  const codes = [-1];
  for (const char of new Set(literals.join(''))) {
    const code = char.charCodeAt(0);
    if (code < asciiSize) classes[code] = codes.push(code) - 1;
  }
  const width = codes.length;
  const table = new Int32Array(nodes.length * width);
  for (let at = 0; at < nodes.length; at += 1) {
    for (let one = 1; one < width; one += 1) {
      table[at * width + one] = follow(nodes, at, codes[one] as number);
    }
  }
  return { classes, width, table };
}
