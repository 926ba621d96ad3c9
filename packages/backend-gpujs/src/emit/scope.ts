// Statements in nested scopes, each written where the loops that it depends on are open.

interface Scope {
  readonly kind: 'function' | 'loop' | 'block';
  readonly parent?: Scope;
  /** The axis that a loop counts. */
  readonly axis?: number;
  readonly lines: string[];
  readonly known: Map<unknown, unknown>;
}

function scopeOf(kind: Scope['kind'], parent?: Scope, axis?: number): Scope {
  return { kind, parent, axis, lines: [], known: new Map() };
}

/** Where a value may be computed. */
export interface Placement {
  /** Axes that it depends on. */
  readonly axes: ReadonlySet<number>;
  /** Whether it may be computed where no guard protects it. */
  readonly anywhere: boolean;
}

/** Writes statements; names are unique in the whole kernel, because some targets have no block scope. */
export class Writer {
  private scope = scopeOf('function');
  private names = 0;

  get lines(): readonly string[] {
    return this.scope.lines;
  }

  name(prefix: string): string {
    return `${prefix}${String(this.names++)}`;
  }

  line(text: string): void {
    this.scope.lines.push(text);
  }

  constant(prefix: string, code: string): string {
    const name = this.name(prefix);
    this.line(`const ${name} = ${code};`);
    return name;
  }

  variable(prefix: string, code: string): string {
    const name = this.name(prefix);
    this.line(`let ${name} = ${code};`);
    return name;
  }

  /** Assigns where a condition holds. */
  set(condition: string, name: string, code: string): void {
    this.scope.lines.push(`if (${condition}) {`, `  ${name} = ${code};`, '}');
  }

  /** One of two values. */
  where(prefix: string, condition: string, a: string, b: string): string {
    const name = this.variable(prefix, b);
    this.set(condition, name, a);
    return name;
  }

  /** A loop that counts an axis, or a block of statements of its own, which is one of a single step. */
  loop(extent: number, body: (counter: string) => void, axis?: number): void {
    const counter = this.name('r');
    const lines = this.within(scopeOf('loop', this.scope, axis), () => body(counter));
    this.scope.lines.push(`for (let ${counter} = 0; ${counter} < ${String(extent)}; ${counter}++) {`, ...lines, '}');
  }

  /** A block under a condition, and optionally one where it does not hold. */
  branch(condition: string, then: () => void, otherwise?: () => void): void {
    const lines = this.within(scopeOf('block', this.scope), then);
    // Both are written before either is added: what they need from outside comes first.
    const others = otherwise === undefined ? [] : this.within(scopeOf('block', this.scope), otherwise);
    this.scope.lines.push(
      `if (${condition}) {`,
      ...lines,
      ...(others.length === 0 ? ['}'] : ['} else {', ...others, '}']),
    );
  }

  /** What `make` gave for this key where it is still in scope; made in the outermost place that allows it. */
  remember<T>(key: unknown, { axes, anywhere }: Placement, make: () => T): T {
    for (let at: Scope | undefined = this.scope; at !== undefined; at = at.parent) {
      // The same key always holds the same type of value.
      if (at.known.has(key)) return at.known.get(key) as T;
    }
    const current = this.scope;
    let target = current;
    while (target.parent !== undefined && isFree(target, axes, anywhere)) target = target.parent;
    this.scope = target;
    const made = make();
    this.scope = current;
    target.known.set(key, made);
    return made;
  }

  /** The axis of the innermost open loop among `axes`. */
  innermost(axes: ReadonlySet<number>): number | undefined {
    for (let at: Scope | undefined = this.scope; at !== undefined; at = at.parent)
      if (at.axis !== undefined && axes.has(at.axis)) return at.axis;
    return undefined;
  }

  private within(inner: Scope, body: () => void): readonly string[] {
    const outer = this.scope;
    this.scope = inner;
    body();
    this.scope = outer;
    return inner.lines.map((line) => `  ${line}`);
  }
}

function isFree({ kind, axis, parent }: Scope, axes: ReadonlySet<number>, anywhere: boolean): boolean {
  if (axis !== undefined) return !axes.has(axis);
  return anywhere || (kind === 'loop' && parent !== undefined && isFree(parent, axes, anywhere));
}
