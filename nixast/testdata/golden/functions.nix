with { };
[
  (x: x)
  ({ }: 1)
  ({ ... }: 1)
  ({ b, a ? 1, ... }: a)
  (args@{ a, }: args)
  ({ a, b ? a ? c }@args: args)
  (a: { b }: c@{ }: if a then b else if b then c else d)
  (f (assert a; b))
  (with a; assert b; c)
]
