# What the language itself means. Each expression is evaluated by Nix, too.
{ ... }:
{
  # literals
  int = 42;
  leadingZeros = 0077;
  negative = -3;
  float = 1.5;
  floatWithExponent = 1.0e10;
  string = "a\n\t\"\${b}";
  indented = ''
    first
      second ''${x} '''
  '';
  url = https://example.org/a?b;
  absolutePath = toString /etc/../etc/passwd;
  list = [ 1 "a" [ true null ] { } ];

  # strings
  interpolation = let name = "world"; in "hello ${name}, ${toString (1 + 1)}";
  nestedInterpolation = "a${"b${"c"}"}d";
  concatenation = "a" + "b" + "c";
  interpolatedSet = "${{ outPath = "/x"; }}/bin";
  interpolatedToString = "${{ __toString = self: "<${self.n}>"; n = "a"; }}";

  # arithmetic
  precedence = 1 + 2 * 3 - 4 / 2;
  divisionTruncates = [ (7 / 2) (-7 / 2) (7 / -2) ];
  mixed = [ (1 + 0.5) (3 * 0.5) (1 / 2.0) ];
  comparison = [ (1 < 2) (2 <= 2) (1.5 > 1) (3 >= 4) ("a" < "b") ("b" < "a") ("" < "a") ];
  bigNumbers = 9223372036854775807 - 1;

  # equality
  equalNumbers = [ (1 == 1.0) (1 == 2) (0.5 == 0.5) (1 != 1) ];
  equalTypes = [ (1 == "1") (null == false) ([ ] == { }) ("a" == "a") (null == null) ];
  equalDeep = [ ({ a = [ 1 { b = 2; } ]; } == { a = [ 1 { b = 2; } ]; }) ([ 1 2 ] == [ 1 3 ]) ({ a = 1; } == { b = 1; }) ];

  # logic
  and = [ (true && false) (false && abort "x") (true && true) ];
  or = [ (true || abort "x") (false || true) ];
  implication = [ (true -> false) (false -> abort "x") (true -> true) ];
  not = [ (!true) (!(!true)) ];
  conditional = [ (if true then 1 else abort "x") (if false then abort "x" else 2) ];
  assertion = assert 1 == 1; "ok";

  # sets
  nested = { a.b.c = 1; a.b.d = 2; a.e = 3; };
  mergedWithLiteral = { a = { b = 1; }; a.c = 2; };
  mergedRec = { a = rec { b = 1; c = b + 1; }; a.d = 5; };
  recursive = rec { a = 1; b = a + 1; c = { inherit a b; d = b; }; };
  recShadows = let a = 1; in rec { a = 2; b = a; };
  inherited = let a = 1; b = 2; in { inherit a b; };
  inheritedFrom = { inherit ({ x = 1; y = 2; }) x y; };
  inheritedFromRec = rec { s = { x = 1; }; inherit (s) x; y = x; };
  dynamicName = let n = "b"; in { a.${n} = 1; "${n}c" = 2; ${null} = 3; };
  quotedName = { "a b".c = 1; }."a b".c;
  keywordName = { or = 1; }.or;
  update = { a = 1; b = { c = 1; }; } // { b = 2; d = 3; };
  updateIsShallow = { a = { x = 1; }; } // { a = { y = 2; }; };
  updateRight = ({ a = 1; } // { a = 2; } // { a = 3; }).a;
  updateKeepsOldSelf = (rec { a = 1; b = a; } // { a = 2; }).b;
  oldLet = let { body = a + 1; a = 1; };

  # selection
  select = { a.b.c = 1; }.a.b.c;
  selectOr = [ ({ }.a or 1) ({ a = 2; }.a or 1) ({ a = 2; }.a.b or 3) (1 .a or 4) ];
  selectOrDeep = { a = { }; }.a.b.c or "missing";
  selectDynamic = let n = "a"; in { a = 1; }.${n};
  hasAttr = [ ({ a = 1; } ? a) ({ } ? a) ({ a.b = 1; } ? a.b) ({ a = 1; } ? a.b) (1 ? a) ({ a.b = 1; } ? "a"."b") ];

  # scope
  letIn = let a = 1; b = a + 1; in [ a b ];
  letNested = let a = 1; in let a = 2; b = a; in b;
  letAttrs = let a.b = 1; a.c = 2; in a;
  letRecursive = let even = n: if n == 0 then true else odd (n - 1); odd = n: if n == 0 then false else even (n - 1); in even 10;
  withSet = with { a = 1; b = 2; }; [ a b ];
  lexicalBeatsWith = let a = 1; in with { a = 2; }; a;
  innerWithWins = with { a = 1; }; with { a = 2; }; a;
  outerWithHelps = with { a = 1; }; with { b = 2; }; [ a b ];
  builtinBeatsWith = with { map = 1; }; builtins.isFunction map;
  withIsLazy = with abort "x"; 1;
  shadowTrue = let true = false; in true;

  # functions
  lambda = (x: x + 1) 2;
  curried = (x: y: [ x y ]) 1 2;
  formals = ({ a, b ? a + 1 }: [ a b ]) { a = 1; };
  formalsEllipsis = ({ a, ... }: a) { a = 1; b = 2; };
  formalsAt = ({ a ? 1, ... }@args: args) { b = 2; };
  formalsAtLeft = (args@{ a ? 1, ... }: [ a args ]) { b = 2; };
  formalsMutual = ({ a ? b, b ? 2 }: a) { };
  functor = { __functor = self: x: self.n + x; n = 1; } 2;
  laziness = (x: 1) (abort "x");
  lazyAttr = { a = abort "x"; b = 1; }.b;
  lazyElement = builtins.length [ (abort "x") ];
  recursion = let f = n: if n <= 1 then 1 else n * f (n - 1); in f 10;
  fixpoint = let fix = f: let x = f x; in x; in fix (self: { a = 1; b = self.a + 1; });
  closure = let add = x: y: x + y; inc = add 1; in map inc [ 1 2 3 ];
  manyLevels = let f = n: if n == 0 then "end" else f (n - 1); in f 300;
}
