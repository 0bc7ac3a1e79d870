with { };
[
  { }
  { b = 1; a.c = 2; a.b = 3; "x y" = 4; ${d} = 5; "e${f}" = 6; }
  { a = { b = 1; }; a = { c = 2; }; }
  { a = (rec { b = c; }); a.c = 1; }
  { a.${b}.c = 1; }
  { inherit a b; inherit (c) d "e f"; inherit (g) h; inherit; inherit (i); }
  rec { inherit x; y = x; }
  (let { body = 1; })
  (let b = a; a = 1; inherit (c) d; in b)
  { "if" = 1; or = 2; let-in = 3; "" = 4; }
]
