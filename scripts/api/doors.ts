/**
 * What the packages offer, read with the compiler from the declarations that it made (`npm run build` first): every name
 * that a door exports, and every other declaration that these lead to.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { isIdentifier, isSourceFile, isVariableDeclaration, type Node } from 'typescript/unstable/ast';
import { API, type Checker, type Symbol as Named, type Project, SymbolFlags } from 'typescript/unstable/sync';
import { type Package, root } from '../packages.ts';

/** One declaration, or the overloads of a function. */
export interface Declared {
  readonly name: string;
  /** As the compiler wrote it, without comments. */
  readonly text: string;
  /** The doc comment of the whole, without its marks; '' without one. */
  readonly doc: string;
  /** As the compiler wrote it, with the comments of its members. */
  readonly commented: string;
  /** Below the root: `packages/smpp/src/client/client.ts`. */
  readonly source: string;
}

/** An entry of a package's `exports`. */
export interface Door {
  /** As it is imported: `@chappe/center/conformance`. */
  readonly name: string;
  /** The packages of which it hands on everything. */
  readonly wholly: readonly string[];
  /** What it hands on of other packages, by name. */
  readonly handedOn: readonly { readonly name: string; readonly from: string }[];
  readonly items: readonly Declared[];
  /** What users meet in the above without being able to import it. */
  readonly reached: readonly Declared[];
}

const HANDS_ON_ALL = /^export \* from '(@chappe\/[^']+)';$/gm;

function eachNode(node: Node, visit: (node: Node) => void): void {
  visit(node);
  node.forEachChild((child) => eachNode(child, visit));
}

/** The comments in and before a node, as they stand in the text of its file. */
function commentsOf(node: Node): { readonly pos: number; readonly end: number }[] {
  const found: { readonly pos: number; readonly end: number }[] = [];
  eachNode(node, ({ jsDoc }) => {
    for (const { pos, end } of jsDoc ?? []) found.push({ pos, end });
  });
  return found.sort((a, b) => a.pos - b.pos);
}

function withoutComments(node: Node, text: string): string {
  const start = node.getStart();
  let kept = '';
  let at = start;
  for (const { pos, end } of commentsOf(node)) {
    if (pos < at) continue;
    kept += text.slice(at, pos);
    at = end;
  }
  return tidied(kept + text.slice(at, node.end));
}

/** Without empty lines and without `declare`, which every declaration has. */
function tidied(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n')
    .replace(/^(export )?declare /, '$1');
}

function plainDoc(comment: string): string {
  return comment
    .trim()
    .replace(/^\/\*\*|\*\/$/g, '')
    .replace(/^[ \t]*\* ?/gm, '')
    .trim();
}

/** The statement that declares a symbol: of a constant, the whole of it. */
function statementOf(node: Node): Node {
  return isVariableDeclaration(node) ? node.parent.parent : node;
}

/** Reads the doors of packages. */
export class DoorReader {
  readonly #api: API;
  readonly #project: Project;
  readonly #checker: Checker;

  constructor(packages: readonly Package[]) {
    const folder = join(root, 'build', 'api');
    mkdirSync(folder, { recursive: true });
    const files = packages.flatMap(({ folder: home, manifest }) =>
      Object.values(manifest.exports ?? {}).map((target) => join(home, declarationOf(target.default ?? ''))),
    );
    // No `chappe-source`: the packages find each other's declarations, as those who install them do.
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
      noEmit: true,
    };
    const config = join(folder, 'tsconfig.json');
    writeFileSync(config, JSON.stringify({ compilerOptions, files }));
    this.#api = new API({ cwd: root });
    const [project] = this.#api.updateSnapshot({ openProjects: [config] }).getProjects();
    if (project === undefined) throw new Error('the compiler opened no project');
    this.#project = project;
    this.#checker = project.checker;
  }

  [Symbol.dispose](): void {
    this.#api.close();
  }

  /** What each entry of the package's `exports` offers. */
  doorsOf({ name, folder, manifest }: Package): Door[] {
    const home = join(folder, 'dist');
    return Object.entries(manifest.exports ?? {}).map(([entry, { default: target = '' }]) => {
      const file = this.#project.program.getSourceFile(join(folder, declarationOf(target)));
      const module = file && this.#checker.getSymbolAtLocation(file);
      if (module === undefined)
        throw new Error(`${name} has no declarations of ${target}: npm run build -- --force`);
      const wholly = [...file!.text.matchAll(HANDS_ON_ALL)].map(([, from = '']) => from);
      return { name: join(name, entry), wholly, ...this.#contents(module, home, wholly) };
    });
  }

  #contents(module: Named, home: string, wholly: readonly string[]): Omit<Door, 'name' | 'wholly'> {
    const items: Declared[] = [];
    const handedOn: { name: string; from: string }[] = [];
    const seen = new Set<Node>();
    const own: Node[] = [];
    for (const [name, symbol] of this.#exported(module)) {
      const statements = this.#statements(symbol);
      const from = packageOf(statements[0]);
      if (statements.every((node) => node.getSourceFile().fileName.startsWith(home))) {
        items.push(declared(name, statements));
        own.push(...statements);
        for (const statement of statements) seen.add(statement);
      } else if (!wholly.includes(from)) handedOn.push({ name, from });
    }
    const reached = this.#reached(own, seen, home);
    return { items: byName(items), handedOn: byName(handedOn), reached: byName(reached) };
  }

  /** The exported names of a module; of a namespace each name with the namespace's before it. */
  #exported(module: Named): [name: string, symbol: Named][] {
    return this.#checker.getExportsOfModule(module).flatMap((exported): [string, Named][] => {
      const symbol = this.#resolved(exported);
      if ((symbol.flags & SymbolFlags.ValueModule) === 0) return [[exported.name, symbol]];
      return this.#exported(symbol).map(([name, inner]) => [`${exported.name}.${name}`, inner]);
    });
  }

  #resolved(symbol: Named): Named {
    return (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol);
  }

  /** The statements at the top of a file that declare a symbol. */
  #statements(symbol: Named): Node[] {
    return symbol.declarations
      .map((handle) => handle.resolve(this.#project))
      .filter((node) => node !== undefined)
      .map(statementOf)
      .filter(({ parent }) => parent !== undefined && isSourceFile(parent));
  }

  /** What the statements lead to, of the same package, and no door offers. */
  #reached(own: readonly Node[], seen: Set<Node>, home: string): Declared[] {
    const found: Declared[] = [];
    const todo = [...own];
    for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
      for (const symbol of this.#named(node)) {
        const statements = this.#statements(symbol).filter(
          (statement) => !seen.has(statement) && statement.getSourceFile().fileName.startsWith(home),
        );
        if (statements.length === 0) continue;
        for (const statement of statements) seen.add(statement);
        todo.push(...statements);
        found.push(declared(symbol.name, statements));
      }
    }
    return found;
  }

  #named(statement: Node): Set<Named> {
    const names: Node[] = [];
    eachNode(statement, (node) => {
      if (isIdentifier(node)) names.push(node);
    });
    const symbols = this.#checker.getSymbolAtLocation(names).filter((symbol) => symbol !== undefined);
    return new Set(symbols.map((symbol) => this.#resolved(symbol)));
  }
}

function declarationOf(file: string): string {
  return file.replace(/\.js$/, '.d.ts');
}

/** The name of the package that a node stands in, '' for one of none. */
function packageOf(node: Node | undefined): string {
  const path = node && relative(join(root, 'packages'), node.getSourceFile().fileName);
  return path === undefined || path.startsWith('..') ? '' : `@chappe/${path.split(sep)[0]}`;
}

function declared(name: string, statements: readonly Node[]): Declared {
  const [first] = statements;
  const { text, fileName } = first!.getSourceFile();
  const comment = first!.jsDoc?.at(-1);
  const source = relative(root, fileName).replace(`${sep}dist${sep}`, `${sep}src${sep}`);
  return {
    name,
    text: statements.map((node) => withoutComments(node, node.getSourceFile().text)).join('\n'),
    doc: comment === undefined ? '' : plainDoc(text.slice(comment.pos, comment.end)),
    commented: statements.map((node) => tidied(node.getText())).join('\n'),
    source: source.replaceAll(sep, '/').replace(/\.d\.ts$/, '.ts'),
  };
}

function byName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
